-- The previous release takes both for agents who are no admins: give nobody a new role while it still runs.
ALTER TYPE "AgentRole" ADD VALUE 'SUPERVISOR';
ALTER TYPE "AgentRole" ADD VALUE 'READ_ONLY';
