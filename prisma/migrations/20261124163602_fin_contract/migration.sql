-- CreateEnum
CREATE TYPE "SignatureMode" AS ENUM ('ENFORCE', 'LOG');

-- CreateEnum
CREATE TYPE "EmailBinding" AS ENUM ('BIND', 'SUGGEST');

-- CreateEnum
CREATE TYPE "FileState" AS ENUM ('PENDING', 'STORED', 'FAILED');

-- AlterTable
ALTER TABLE "conversation" ADD COLUMN     "input_hash" INTEGER;

-- AlterTable
ALTER TABLE "end_user" ADD COLUMN     "merged_into_id" UUID;

-- AlterTable
ALTER TABLE "end_user_identity" ADD COLUMN     "input_hash" INTEGER;

-- AlterTable
ALTER TABLE "fin_integration" ADD COLUMN     "allowed_networks" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "email_binding" "EmailBinding" NOT NULL DEFAULT 'BIND',
ADD COLUMN     "sends_notes" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "signature_mode" "SignatureMode" NOT NULL DEFAULT 'ENFORCE';

-- AlterTable
ALTER TABLE "integration_log" ADD COLUMN     "digest" BYTEA,
ADD COLUMN     "end_user_id" UUID,
ADD COLUMN     "field" TEXT,
ADD COLUMN     "last_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "times" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "value" JSONB;

-- AlterTable
ALTER TABLE "message" ADD COLUMN     "input_hash" INTEGER;

-- CreateTable
CREATE TABLE "end_user_duplicate" (
    "end_user_id" UUID NOT NULL,
    "original_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "end_user_duplicate_pkey" PRIMARY KEY ("end_user_id","original_id")
);

-- CreateTable
CREATE TABLE "stored_file" (
    "id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "original_url" TEXT NOT NULL,
    "state" "FileState" NOT NULL DEFAULT 'PENDING',
    "content_type" TEXT,
    "size" INTEGER,
    "note" TEXT,
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "stored_at" TIMESTAMPTZ(3),

    CONSTRAINT "stored_file_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "integration_call" (
    "id" UUID NOT NULL,
    "integration_id" UUID NOT NULL,
    "operation" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "request" JSONB,
    "problem" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "integration_call_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "integration_call_count" (
    "integration_id" UUID NOT NULL,
    "operation" TEXT NOT NULL,
    "calls" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "integration_call_count_pkey" PRIMARY KEY ("integration_id","operation")
);

-- CreateIndex
CREATE INDEX "end_user_duplicate_original_id_idx" ON "end_user_duplicate"("original_id");

-- CreateIndex
CREATE INDEX "stored_file_message_id_idx" ON "stored_file"("message_id");

-- CreateIndex
CREATE INDEX "integration_call_integration_id_id_idx" ON "integration_call"("integration_id", "id" DESC);

-- CreateIndex
CREATE INDEX "integration_call_started_at_idx" ON "integration_call"("started_at");

-- CreateIndex
CREATE INDEX "integration_log_integration_id_last_at_idx" ON "integration_log"("integration_id", "last_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "integration_log_integration_id_digest_key" ON "integration_log"("integration_id", "digest");

-- AddForeignKey
ALTER TABLE "end_user" ADD CONSTRAINT "end_user_merged_into_id_fkey" FOREIGN KEY ("merged_into_id") REFERENCES "end_user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "end_user_duplicate" ADD CONSTRAINT "end_user_duplicate_end_user_id_fkey" FOREIGN KEY ("end_user_id") REFERENCES "end_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "end_user_duplicate" ADD CONSTRAINT "end_user_duplicate_original_id_fkey" FOREIGN KEY ("original_id") REFERENCES "end_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stored_file" ADD CONSTRAINT "stored_file_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "message"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "integration_call" ADD CONSTRAINT "integration_call_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "integration_call_count" ADD CONSTRAINT "integration_call_count_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What schema.prisma cannot say (the indexes are named in prisma/unmanaged.txt).

CREATE INDEX "end_user_merged" ON "end_user"("merged_into_id") WHERE "merged_into_id" IS NOT NULL;
CREATE INDEX "delivery_delivered" ON "delivery"("integration_id", "finished_at" DESC) WHERE "state" = 'DELIVERED';
CREATE INDEX "stored_file_due" ON "stored_file"("next_attempt_at") WHERE "state" = 'PENDING';
