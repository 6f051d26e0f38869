-- AlterTable
ALTER TABLE "draft" ADD COLUMN     "mentioned_agent_ids" UUID[] NOT NULL DEFAULT ARRAY[]::UUID[],
ADD COLUMN     "mentioned_team_ids" UUID[] NOT NULL DEFAULT ARRAY[]::UUID[],
ADD COLUMN     "quoted_message_id" UUID;

-- AlterTable
ALTER TABLE "held_reply" ADD COLUMN     "quoted_message_id" UUID;
