-- CreateTable
CREATE TABLE "uploaded_file" (
    "id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "filename" TEXT NOT NULL,
    "content_type" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "stored_as" UUID,
    "message_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "uploaded_file_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "uploaded_file_agent_id_idx" ON "uploaded_file"("agent_id");

-- CreateIndex
CREATE INDEX "uploaded_file_message_id_idx" ON "uploaded_file"("message_id");

-- AddForeignKey
ALTER TABLE "uploaded_file" ADD CONSTRAINT "uploaded_file_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "uploaded_file" ADD CONSTRAINT "uploaded_file_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "message"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What nobody has attached, by its age: few, and looked for every hour.
CREATE INDEX "uploaded_file_loose" ON "uploaded_file"("created_at") WHERE "message_id" IS NULL;
