-- AlterTable
ALTER TABLE "event" ADD COLUMN     "cause" TEXT;
