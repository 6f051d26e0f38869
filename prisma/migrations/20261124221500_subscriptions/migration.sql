-- AlterTable
ALTER TABLE "conversation" ADD COLUMN     "first_response_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "event" ADD COLUMN     "row" JSONB;

-- What schema.prisma cannot say (the indexes are named in prisma/unmanaged.txt): the live metrics read nothing else.

CREATE INDEX "conversation_open" ON "conversation"("inbox_id", "assignee_id", "waiting_since") WHERE "status" = 'OPEN';
CREATE INDEX "conversation_first_response" ON "conversation"("inbox_id", "first_response_at") INCLUDE ("created_at") WHERE "first_response_at" IS NOT NULL;
