-- CreateTable
CREATE TABLE "webhook" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "subscription" TEXT NOT NULL,
    "variables" JSONB NOT NULL DEFAULT '{}',
    "revision" INTEGER NOT NULL DEFAULT 1,
    "secret" BYTEA NOT NULL,
    "previous_secret" BYTEA,
    "previous_secret_until" TIMESTAMPTZ(3),
    "state" "IntegrationState" NOT NULL DEFAULT 'ACTIVE',
    "fault" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notice" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "integration_id" UUID,
    "webhook_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notice_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "webhook_owner_id_idx" ON "webhook"("owner_id");
CREATE INDEX "notice_integration_id_idx" ON "notice"("integration_id");
CREATE INDEX "notice_webhook_id_idx" ON "notice"("webhook_id");

-- AddForeignKey
ALTER TABLE "webhook" ADD CONSTRAINT "webhook_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "notice" ADD CONSTRAINT "notice_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "notice" ADD CONSTRAINT "notice_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhook"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "listener" ADD COLUMN     "failures" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "held_until" TIMESTAMPTZ(3),
ADD COLUMN     "probe_at" TIMESTAMPTZ(3),
ADD COLUMN     "webhook_id" UUID,
ALTER COLUMN "integration_id" DROP NOT NULL;

CREATE UNIQUE INDEX "listener_webhook_id_key" ON "listener"("webhook_id");
ALTER TABLE "listener" ADD CONSTRAINT "listener_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhook"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "listener" ADD CONSTRAINT "listener_whose" CHECK (num_nonnulls("integration_id", "webhook_id") = 1);

-- AlterTable
ALTER TABLE "delivery" ADD COLUMN     "body" TEXT,
ADD COLUMN     "event_type" TEXT,
ADD COLUMN     "listener_id" UUID,
ADD COLUMN     "subject_id" UUID,
ALTER COLUMN "integration_id" DROP NOT NULL,
ALTER COLUMN "conversation_id" DROP NOT NULL;

UPDATE "delivery" d SET listener_id = l.id, subject_id = d.conversation_id FROM "listener" l WHERE l.integration_id = d.integration_id;

ALTER TABLE "delivery" ALTER COLUMN "listener_id" SET NOT NULL, ALTER COLUMN "subject_id" SET NOT NULL;
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_listener_id_fkey" FOREIGN KEY ("listener_id") REFERENCES "listener"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- The release before this one knows neither column. Goes with the next release.
CREATE FUNCTION "delivery_before_webhooks"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.listener_id := (SELECT l.id FROM public.listener l WHERE l.integration_id = NEW.integration_id);
  NEW.subject_id := NEW.conversation_id;
  RETURN NEW;
END $$;

CREATE TRIGGER "delivery_before_webhooks" BEFORE INSERT ON "delivery"
  FOR EACH ROW WHEN (NEW.listener_id IS NULL) EXECUTE FUNCTION "delivery_before_webhooks"();

-- What schema.prisma cannot say (the indexes are named in prisma/unmanaged.txt).

-- About one thing a listener has at most one delivery that waits and one under way. The index "delivery_pending" says the
-- same of integrations; the release before this one names its columns. It goes with the next release.
CREATE UNIQUE INDEX "delivery_waiting" ON "delivery"("listener_id", "subject_id") WHERE "state" = 'PENDING';
DROP INDEX "delivery_in_flight";
CREATE UNIQUE INDEX "delivery_in_flight" ON "delivery"("listener_id", "subject_id") WHERE "state" = 'IN_FLIGHT';
CREATE INDEX "delivery_queued" ON "delivery"("listener_id", "subject_id", "first_position") WHERE "state" = 'QUEUED';

DROP INDEX "delivery_due";
CREATE INDEX "delivery_due" ON "delivery"("listener_id", "next_attempt_at", "id") WHERE "state" = 'PENDING';

-- For lists, and for what has been kept long enough.
DROP INDEX "delivery_integration_id_id_idx";
CREATE INDEX "delivery_listener_id_id_idx" ON "delivery"("listener_id", "id" DESC);
CREATE INDEX "delivery_parked" ON "delivery"("listener_id", "id" DESC) WHERE "state" = 'PARKED';
CREATE INDEX "delivery_finished" ON "delivery"("finished_at") WHERE "finished_at" IS NOT NULL;
