-- CreateEnum
CREATE TYPE "ViewScope" AS ENUM ('PERSONAL', 'TEAM', 'SHARED');

-- CreateTable
CREATE TABLE "view" (
    "id" UUID NOT NULL,
    "scope" "ViewScope" NOT NULL,
    "owner_id" UUID NOT NULL,
    "team_id" UUID,
    "name" TEXT NOT NULL,
    "icon" TEXT,
    "filter" JSONB NOT NULL,
    "order_field" TEXT NOT NULL,
    "is_descending" BOOLEAN NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "view_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "view_owner_id_idx" ON "view"("owner_id");

-- CreateIndex
CREATE INDEX "view_team_id_idx" ON "view"("team_id");

-- AddForeignKey
ALTER TABLE "view" ADD CONSTRAINT "view_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "view" ADD CONSTRAINT "view_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
