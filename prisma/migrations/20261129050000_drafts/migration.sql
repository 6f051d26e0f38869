-- CreateEnum
CREATE TYPE "HeldReplyState" AS ENUM ('HELD', 'SENT', 'UNDONE', 'FAILED');

-- CreateEnum
CREATE TYPE "HeldReplyFailure" AS ENUM ('AGENT_ARCHIVED', 'OUT_OF_SIGHT', 'MOVED_ON', 'REFUSED');

-- CreateTable
CREATE TABLE "draft" (
    "id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "visibility" "Visibility" NOT NULL,
    "body" TEXT,
    "text" TEXT NOT NULL,
    "attachments" JSONB NOT NULL DEFAULT '[]',
    "failure" "HeldReplyFailure",
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "draft_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "held_reply" (
    "id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "state" "HeldReplyState" NOT NULL DEFAULT 'HELD',
    "body" TEXT,
    "text" TEXT NOT NULL,
    "attachments" JSONB NOT NULL DEFAULT '[]',
    "and_then" JSONB,
    "expected_version" INTEGER,
    "sends_at" TIMESTAMPTZ(3) NOT NULL,
    "failure" "HeldReplyFailure",
    "message_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "held_reply_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "draft_conversation_id_idx" ON "draft"("conversation_id");

-- CreateIndex
CREATE UNIQUE INDEX "draft_agent_id_conversation_id_visibility_key" ON "draft"("agent_id", "conversation_id", "visibility");

-- CreateIndex
CREATE INDEX "held_reply_agent_id_idx" ON "held_reply"("agent_id");

-- CreateIndex
CREATE INDEX "held_reply_conversation_id_idx" ON "held_reply"("conversation_id");

-- CreateIndex
CREATE INDEX "held_reply_created_at_idx" ON "held_reply"("created_at");

-- AddForeignKey
ALTER TABLE "draft" ADD CONSTRAINT "draft_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "draft" ADD CONSTRAINT "draft_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "held_reply" ADD CONSTRAINT "held_reply_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "held_reply" ADD CONSTRAINT "held_reply_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What is to be sent, by its time.
CREATE INDEX "held_reply_due" ON "held_reply"("sends_at") WHERE "state" = 'HELD';
