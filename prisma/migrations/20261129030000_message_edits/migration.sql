-- CreateEnum
CREATE TYPE "MessageEditKind" AS ENUM ('EDITED', 'DELETED', 'REDACTED');

-- AlterTable
ALTER TABLE "message" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "edited_at" TIMESTAMPTZ(3),
ADD COLUMN     "redacted_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "message_edit" (
    "id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "kind" "MessageEditKind" NOT NULL,
    "body" TEXT,
    "text" TEXT NOT NULL,
    "attachments" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "message_edit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "message_edit_message_id_id_idx" ON "message_edit"("message_id", "id");

-- CreateIndex
CREATE INDEX "message_edit_agent_id_idx" ON "message_edit"("agent_id");

-- AddForeignKey
ALTER TABLE "message_edit" ADD CONSTRAINT "message_edit_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "message"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "message_edit" ADD CONSTRAINT "message_edit_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What an integration's log has of a conversation is found when a message of it is redacted.
CREATE INDEX "integration_log_conversation_id_idx" ON "integration_log"("conversation_id");

-- Copies whose message was redacted. The release before this one does not serve them: they are not STORED any more.
ALTER TABLE "stored_file" ADD COLUMN     "remove_at" TIMESTAMPTZ(3);

-- What schema.prisma cannot say (the indexes are named in prisma/unmanaged.txt).
CREATE INDEX "message_edit_redacted" ON "message_edit"("created_at") WHERE "kind" = 'REDACTED';
CREATE INDEX "stored_file_removed" ON "stored_file"("remove_at") WHERE "remove_at" IS NOT NULL;
