import { expect, test } from 'vitest'
import { signatureHeaders } from '../../src/webhooks/sending/sign.js'

// The published vector of Standard Webhooks.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const at = new Date(1_614_265_330_000)
const body = '{"test": 2432232314}'
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

test('the published vector holds', () => {
  expect(signatureHeaders({ id, at, body }, [secret])).toEqual({
    'webhook-id': id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': signature,
  })
})

test('each secret signs, the present one first', () => {
  const other = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
  const headers = signatureHeaders({ id, at, body }, [secret, other])
  const [first, second, ...more] = headers['webhook-signature']?.split(' ') ?? []
  expect([first, more]).toEqual([signature, []])
  expect(second).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/)
  expect(second).not.toBe(signature)
})
