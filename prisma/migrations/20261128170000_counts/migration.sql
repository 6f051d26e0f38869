-- CreateTable
CREATE TABLE "conversation_count" (
    "inbox_id" UUID NOT NULL,
    "status" "ConversationStatus" NOT NULL,
    "assignee_id" UUID,
    "is_waiting" BOOLEAN NOT NULL,
    "rows" INTEGER NOT NULL
);

-- CreateIndex
CREATE INDEX "conversation_count_list" ON "conversation_count"("inbox_id", "status", "assignee_id");

-- What schema.prisma cannot say (the index is named in prisma/unmanaged.txt).

-- Each row is read often and is soon replaced.
ALTER TABLE "conversation_count" SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);

-- Changes are added, for two at the same time would wait for each other if they changed one row. They are summed up later.
CREATE FUNCTION "conversation_count_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.conversation_count (inbox_id, status, assignee_id, is_waiting, rows)
  VALUES (OLD.inbox_id, OLD.status, OLD.assignee_id, OLD.waiting_since IS NOT NULL, -1),
         (NEW.inbox_id, NEW.status, NEW.assignee_id, NEW.waiting_since IS NOT NULL, 1);
  RETURN NULL;
END $$;

CREATE FUNCTION "conversation_count_add"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.conversation_count (inbox_id, status, assignee_id, is_waiting, rows)
  SELECT inbox_id, status, assignee_id, waiting_since IS NOT NULL, count(*) FROM added GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;

CREATE FUNCTION "conversation_count_remove"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.conversation_count (inbox_id, status, assignee_id, is_waiting, rows)
  SELECT inbox_id, status, assignee_id, waiting_since IS NOT NULL, -count(*) FROM removed GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;

CREATE TRIGGER "conversation_count_change" AFTER UPDATE ON "conversation"
  FOR EACH ROW WHEN ((OLD.inbox_id, OLD.status, OLD.assignee_id, OLD.waiting_since IS NULL)
    IS DISTINCT FROM (NEW.inbox_id, NEW.status, NEW.assignee_id, NEW.waiting_since IS NULL))
  EXECUTE FUNCTION "conversation_count_change"();

CREATE TRIGGER "conversation_count_add" AFTER INSERT ON "conversation"
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "conversation_count_add"();

CREATE TRIGGER "conversation_count_remove" AFTER DELETE ON "conversation"
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION "conversation_count_remove"();

-- The triggers keep writers out until this is committed.
INSERT INTO "conversation_count" (inbox_id, status, assignee_id, is_waiting, rows)
SELECT inbox_id, status, assignee_id, waiting_since IS NOT NULL, count(*) FROM "conversation" GROUP BY 1, 2, 3, 4;

-- Open conversations are no longer counted by it.
DROP INDEX "conversation_open";
CREATE INDEX "conversation_waiting" ON "conversation"("inbox_id", "waiting_since")
  WHERE "status" = 'OPEN' AND "waiting_since" IS NOT NULL;
