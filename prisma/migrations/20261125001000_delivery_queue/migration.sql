-- By itself: a new value cannot be used in the transaction that adds it.
ALTER TYPE "DeliveryState" ADD VALUE 'QUEUED' BEFORE 'PENDING';
