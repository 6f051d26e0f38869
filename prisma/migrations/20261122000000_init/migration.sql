-- CreateEnum
CREATE TYPE "AgentRole" AS ENUM ('ADMIN', 'AGENT');

-- CreateEnum
CREATE TYPE "ConversationStatus" AS ENUM ('OPEN', 'SNOOZED', 'RESOLVED', 'CLOSED', 'ENDED');

-- CreateEnum
CREATE TYPE "Priority" AS ENUM ('NONE', 'LOW', 'NORMAL', 'HIGH', 'URGENT');

-- CreateEnum
CREATE TYPE "Visibility" AS ENUM ('PUBLIC', 'PRIVATE');

-- CreateEnum
CREATE TYPE "ActorKind" AS ENUM ('AGENT', 'END_USER', 'INTEGRATION', 'SYSTEM');

-- CreateEnum
CREATE TYPE "OriginApi" AS ENUM ('GRAPHQL', 'FIN', 'SYSTEM');

-- CreateEnum
CREATE TYPE "IdentityKind" AS ENUM ('EMAIL', 'FIN');

-- CreateEnum
CREATE TYPE "TokenKind" AS ENUM ('SESSION', 'API', 'FIN');

-- CreateEnum
CREATE TYPE "FinRegion" AS ENUM ('US', 'EU', 'AU');

-- CreateEnum
CREATE TYPE "IntegrationState" AS ENUM ('ACTIVE', 'PAUSED');

-- CreateEnum
CREATE TYPE "DeliveryState" AS ENUM ('PENDING', 'IN_FLIGHT', 'DELIVERED', 'PARKED');

-- CreateTable
CREATE TABLE "inbox" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox_member" (
    "inbox_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,

    CONSTRAINT "inbox_member_pkey" PRIMARY KEY ("inbox_id","agent_id")
);

-- CreateTable
CREATE TABLE "agent" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "alias" TEXT,
    "photo_url" TEXT,
    "role" "AgentRole" NOT NULL DEFAULT 'AGENT',
    "is_bot" BOOLEAN NOT NULL DEFAULT false,
    "password_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "team" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "team_member" (
    "team_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,

    CONSTRAINT "team_member_pkey" PRIMARY KEY ("team_id","agent_id")
);

-- CreateTable
CREATE TABLE "end_user" (
    "id" UUID NOT NULL,
    "inbox_id" UUID NOT NULL,
    "name" TEXT,
    "photo_url" TEXT,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "end_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "end_user_identity" (
    "id" UUID NOT NULL,
    "end_user_id" UUID NOT NULL,
    "kind" "IdentityKind" NOT NULL,
    "scope" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "end_user_identity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conversation" (
    "id" UUID NOT NULL,
    "inbox_id" UUID NOT NULL,
    "end_user_id" UUID NOT NULL,
    "status" "ConversationStatus" NOT NULL DEFAULT 'OPEN',
    "priority" "Priority" NOT NULL DEFAULT 'NONE',
    "title" TEXT,
    "assignee_id" UUID,
    "team_id" UUID,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "snoozed_until" TIMESTAMPTZ(3),
    "preview" TEXT,
    "message_count" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_activity_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "waiting_since" TIMESTAMPTZ(3),
    "handed_off_at" TIMESTAMPTZ(3),
    "end_user_read_at" TIMESTAMPTZ(3),
    "integration_id" UUID,
    "object_id" TEXT,

    CONSTRAINT "conversation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tag" (
    "id" UUID NOT NULL,
    "inbox_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "tag_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conversation_tag" (
    "conversation_id" UUID NOT NULL,
    "tag_id" UUID NOT NULL,

    CONSTRAINT "conversation_tag_pkey" PRIMARY KEY ("conversation_id","tag_id")
);

-- CreateTable
CREATE TABLE "message" (
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "visibility" "Visibility" NOT NULL,
    "author_agent_id" UUID,
    "author_end_user_id" UUID,
    "body" TEXT,
    "text" TEXT NOT NULL,
    "attachments" JSONB NOT NULL DEFAULT '[]',
    "is_late" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "integration_id" UUID,
    "object_id" TEXT,

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conversation_read" (
    "agent_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "conversation_read_pkey" PRIMARY KEY ("agent_id","conversation_id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "type" TEXT NOT NULL,
    "schema_version" SMALLINT NOT NULL DEFAULT 1,
    "inbox_id" UUID NOT NULL,
    "conversation_id" UUID,
    "message_id" UUID,
    "end_user_id" UUID,
    "revision" INTEGER,
    "actor_kind" "ActorKind" NOT NULL,
    "actor_id" UUID,
    "origin" "OriginApi" NOT NULL,
    "integration_id" UUID,
    "changes" JSONB NOT NULL DEFAULT '{}',
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_pending" (
    "event_id" BIGINT NOT NULL,

    CONSTRAINT "event_pending_pkey" PRIMARY KEY ("event_id")
);

-- CreateTable
CREATE TABLE "event_feed" (
    "position" BIGINT NOT NULL,
    "event_id" BIGINT NOT NULL,

    CONSTRAINT "event_feed_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "event_log" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "identity" UUID NOT NULL DEFAULT gen_random_uuid(),
    "position" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "event_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "listener" (
    "id" UUID NOT NULL,
    "integration_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "listener_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fin_integration" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "region" "FinRegion" NOT NULL,
    "webhook_base_url" TEXT NOT NULL,
    "webhook_key" BYTEA NOT NULL,
    "signing_secret" BYTEA,
    "agent_id" UUID NOT NULL,
    "inbox_id" UUID NOT NULL,
    "state" "IntegrationState" NOT NULL DEFAULT 'ACTIVE',
    "fault" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "fin_integration_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "integration_log" (
    "id" UUID NOT NULL,
    "integration_id" UUID NOT NULL,
    "conversation_id" UUID,
    "kind" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "integration_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "oauth_client" (
    "id" UUID NOT NULL,
    "integration_id" UUID NOT NULL,
    "client_id" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "oauth_client_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token" (
    "id" UUID NOT NULL,
    "kind" "TokenKind" NOT NULL,
    "hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "name" TEXT,
    "agent_id" UUID,
    "integration_id" UUID,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery" (
    "id" UUID NOT NULL,
    "integration_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "state" "DeliveryState" NOT NULL DEFAULT 'PENDING',
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_until" TIMESTAMPTZ(3),
    "first_position" BIGINT NOT NULL,
    "last_position" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_attempt" (
    "id" UUID NOT NULL,
    "delivery_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "status_code" INTEGER,
    "note" TEXT,

    CONSTRAINT "delivery_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "actor_id" UUID NOT NULL,
    "mutation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" BYTEA NOT NULL,
    "result" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("actor_id","mutation","key")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "inbox_member_agent_id_idx" ON "inbox_member"("agent_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_email_key" ON "agent"("email");

-- CreateIndex
CREATE INDEX "team_member_agent_id_idx" ON "team_member"("agent_id");

-- CreateIndex
CREATE INDEX "end_user_inbox_id_idx" ON "end_user"("inbox_id");

-- CreateIndex
CREATE INDEX "end_user_identity_end_user_id_kind_idx" ON "end_user_identity"("end_user_id", "kind");

-- CreateIndex
CREATE INDEX "end_user_identity_kind_value_idx" ON "end_user_identity"("kind", "value");

-- CreateIndex
CREATE UNIQUE INDEX "end_user_identity_kind_scope_value_key" ON "end_user_identity"("kind", "scope", "value");

-- CreateIndex
CREATE INDEX "conversation_inbox_activity" ON "conversation"("inbox_id", "last_activity_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "conversation_inbox_status_activity" ON "conversation"("inbox_id", "status", "last_activity_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "conversation_inbox_assignee_activity" ON "conversation"("inbox_id", "assignee_id", "status", "last_activity_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "conversation_inbox_created" ON "conversation"("inbox_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "conversation_end_user_activity" ON "conversation"("end_user_id", "last_activity_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "conversation_integration_id_object_id_key" ON "conversation"("integration_id", "object_id");

-- CreateIndex
CREATE UNIQUE INDEX "tag_inbox_id_name_key" ON "tag"("inbox_id", "name");

-- CreateIndex
CREATE INDEX "conversation_tag_tag_id_idx" ON "conversation_tag"("tag_id");

-- CreateIndex
CREATE UNIQUE INDEX "message_conversation_id_seq_key" ON "message"("conversation_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "message_integration_id_object_id_key" ON "message"("integration_id", "object_id");

-- CreateIndex
CREATE INDEX "conversation_read_conversation_id_idx" ON "conversation_read"("conversation_id");

-- CreateIndex
CREATE INDEX "event_conversation_id_id_idx" ON "event"("conversation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "event_feed_event_id_key" ON "event_feed"("event_id");

-- CreateIndex
CREATE UNIQUE INDEX "listener_integration_id_key" ON "listener"("integration_id");

-- CreateIndex
CREATE INDEX "fin_integration_inbox_id_idx" ON "fin_integration"("inbox_id");

-- CreateIndex
CREATE INDEX "integration_log_integration_id_id_idx" ON "integration_log"("integration_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "oauth_client_client_id_key" ON "oauth_client"("client_id");

-- CreateIndex
CREATE INDEX "oauth_client_integration_id_idx" ON "oauth_client"("integration_id");

-- CreateIndex
CREATE UNIQUE INDEX "token_hash_key" ON "token"("hash");

-- CreateIndex
CREATE INDEX "token_agent_id_idx" ON "token"("agent_id");

-- CreateIndex
CREATE INDEX "token_integration_id_idx" ON "token"("integration_id");

-- CreateIndex
CREATE INDEX "token_expires_at_idx" ON "token"("expires_at");

-- CreateIndex
CREATE INDEX "delivery_integration_id_id_idx" ON "delivery"("integration_id", "id" DESC);

-- CreateIndex
CREATE INDEX "delivery_conversation_id_idx" ON "delivery"("conversation_id");

-- CreateIndex
CREATE INDEX "delivery_attempt_delivery_id_id_idx" ON "delivery_attempt"("delivery_id", "id");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- AddForeignKey
ALTER TABLE "inbox_member" ADD CONSTRAINT "inbox_member_inbox_id_fkey" FOREIGN KEY ("inbox_id") REFERENCES "inbox"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "inbox_member" ADD CONSTRAINT "inbox_member_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "end_user" ADD CONSTRAINT "end_user_inbox_id_fkey" FOREIGN KEY ("inbox_id") REFERENCES "inbox"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "end_user_identity" ADD CONSTRAINT "end_user_identity_end_user_id_fkey" FOREIGN KEY ("end_user_id") REFERENCES "end_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_inbox_id_fkey" FOREIGN KEY ("inbox_id") REFERENCES "inbox"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_end_user_id_fkey" FOREIGN KEY ("end_user_id") REFERENCES "end_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_assignee_id_fkey" FOREIGN KEY ("assignee_id") REFERENCES "agent"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tag" ADD CONSTRAINT "tag_inbox_id_fkey" FOREIGN KEY ("inbox_id") REFERENCES "inbox"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_tag" ADD CONSTRAINT "conversation_tag_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_tag" ADD CONSTRAINT "conversation_tag_tag_id_fkey" FOREIGN KEY ("tag_id") REFERENCES "tag"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_author_agent_id_fkey" FOREIGN KEY ("author_agent_id") REFERENCES "agent"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_author_end_user_id_fkey" FOREIGN KEY ("author_end_user_id") REFERENCES "end_user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_read" ADD CONSTRAINT "conversation_read_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_read" ADD CONSTRAINT "conversation_read_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "listener" ADD CONSTRAINT "listener_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fin_integration" ADD CONSTRAINT "fin_integration_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fin_integration" ADD CONSTRAINT "fin_integration_inbox_id_fkey" FOREIGN KEY ("inbox_id") REFERENCES "inbox"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "integration_log" ADD CONSTRAINT "integration_log_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oauth_client" ADD CONSTRAINT "oauth_client_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "fin_integration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery_attempt" ADD CONSTRAINT "delivery_attempt_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "delivery"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What schema.prisma cannot say (the indexes are named in prisma/unmanaged.txt).

-- One delivery waits, one is under way, never more.
CREATE UNIQUE INDEX "delivery_pending" ON "delivery"("integration_id", "conversation_id") WHERE "state" = 'PENDING';
CREATE UNIQUE INDEX "delivery_in_flight" ON "delivery"("integration_id", "conversation_id") WHERE "state" = 'IN_FLIGHT';
CREATE INDEX "delivery_due" ON "delivery"("integration_id", "next_attempt_at") WHERE "state" = 'PENDING';
CREATE INDEX "delivery_lease" ON "delivery"("lease_until") WHERE "state" = 'IN_FLIGHT';

-- One active integration per inbox.
CREATE UNIQUE INDEX "fin_integration_inbox_active" ON "fin_integration"("inbox_id") WHERE "archived_at" IS NULL;

CREATE INDEX "conversation_snoozed" ON "conversation"("snoozed_until") WHERE "status" = 'SNOOZED';

ALTER TABLE "message" ADD CONSTRAINT "message_one_author" CHECK (num_nonnulls("author_agent_id", "author_end_user_id") = 1);
ALTER TABLE "event_log" ADD CONSTRAINT "event_log_one_row" CHECK ("id" = 1);
INSERT INTO "event_log" ("id") VALUES (1);

-- Queue-like tables are emptied as fast as they fill.
ALTER TABLE "event_pending" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
