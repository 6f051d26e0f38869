-- CreateTable
CREATE TABLE "canned_reply" (
    "id" UUID NOT NULL,
    "scope" "ViewScope" NOT NULL,
    "owner_id" UUID NOT NULL,
    "team_id" UUID,
    "name" TEXT NOT NULL,
    "shortcut" TEXT,
    "body" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "canned_reply_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "canned_reply_owner_id_idx" ON "canned_reply"("owner_id");

-- CreateIndex
CREATE INDEX "canned_reply_team_id_idx" ON "canned_reply"("team_id");

-- AddForeignKey
ALTER TABLE "canned_reply" ADD CONSTRAINT "canned_reply_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "canned_reply" ADD CONSTRAINT "canned_reply_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
