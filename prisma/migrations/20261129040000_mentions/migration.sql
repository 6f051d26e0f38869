-- AlterTable
ALTER TABLE "message" ADD COLUMN     "quoted_message_id" UUID;

-- CreateTable
CREATE TABLE "mention" (
    "id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "agent_id" UUID,
    "team_id" UUID,

    CONSTRAINT "mention_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "mention_message_id_idx" ON "mention"("message_id");

-- CreateIndex
CREATE INDEX "mention_conversation_id_idx" ON "mention"("conversation_id");

-- CreateIndex
CREATE INDEX "mention_agent_id_conversation_id_idx" ON "mention"("agent_id", "conversation_id");

-- CreateIndex
CREATE INDEX "mention_team_id_conversation_id_idx" ON "mention"("team_id", "conversation_id");

-- AddForeignKey
ALTER TABLE "mention" ADD CONSTRAINT "mention_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "message"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mention" ADD CONSTRAINT "mention_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mention" ADD CONSTRAINT "mention_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mention" ADD CONSTRAINT "mention_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
