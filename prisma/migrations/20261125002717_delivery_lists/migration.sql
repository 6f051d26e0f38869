-- For the lists of deliveries.
DROP INDEX "delivery_conversation_id_idx";
CREATE INDEX "delivery_conversation_id_listener_id_id_idx" ON "delivery"("conversation_id", "listener_id", "id" DESC);

-- When a receiver last took a delivery outlives the delivery.
ALTER TABLE "listener" ADD COLUMN "delivered_at" TIMESTAMPTZ(3);
UPDATE "listener" l
   SET delivered_at = (SELECT max(d.finished_at) FROM "delivery" d WHERE d.integration_id = l.integration_id AND d.state = 'DELIVERED');

-- What schema.prisma cannot say (the index is named in prisma/unmanaged.txt). Fin's deliveries are of no single event.
CREATE INDEX "delivery_event_type" ON "delivery"("listener_id", "event_type", "id" DESC) WHERE "event_type" IS NOT NULL;
