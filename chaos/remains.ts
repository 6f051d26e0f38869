import { openEpoch } from './epoch.js'
import { type Faults, openFaults } from './faults.js'
import type { Run } from './folder.js'
import { openFinBook } from './receiver/fin.js'
import { startReceiver } from './receiver/receiver.js'
import { openWebhookBook } from './receiver/webhooks.js'
import { settle } from './settle.js'
import type { Stage } from './stage/stage.js'

/**
 * After a part that was cut off: takes what is still to be told, and judges none of it, since what was told before died
 * with that part.
 */
export async function clearRemains(
  stage: Stage,
  { seed, ports }: Run,
  faults: Faults,
  progress: (left: string) => void,
): Promise<void> {
  const common = { seed, epoch: openEpoch(), faults: openFaults() }
  const fin = openFinBook(() => null)
  const webhooks = openWebhookBook(() => null, common.faults)
  const receivers = [
    await startReceiver({ ...common, name: 'Fin', port: ports.fin, hearing: fin }),
    await startReceiver({ ...common, name: 'The webhook', port: ports.webhooks, hearing: webhooks }),
  ]
  try {
    await stage.endLeases()
    await settle({ databaseUrl: stage.databaseUrl(), faults, progress })
  } finally {
    for (const receiver of receivers) await receiver.stop()
  }
}
