import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AddressRules, checkAddress, checkedLookup, isPublic } from '../src/address.js'

const production: AddressRules = { secure: true, allowPrivate: false }

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '224.0.0.1',
  '198.18.0.1',
  '::',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'fd00::1',
  'ff02::1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::a00:1',
  '2001:db8::1',
  '2002:a00:1::',
  'not an address',
  '',
])('%s is not public', (address) => {
  expect(isPublic(address)).toBe(false)
})

test.each(['8.8.8.8', '34.197.76.213', '2606:4700:4700::1111', '::ffff:8.8.8.8'])(
  '%s is public',
  (address) => {
    expect(isPublic(address)).toBe(true)
  },
)

test('an IPv4 address and its form within IPv6 are judged alike', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(isPublic(`::ffff:${address}`)).toBe(isPublic(address))
    }),
  )
})

test('no address within the private networks is public', () => {
  const octet = fc.nat(255)
  fc.assert(
    fc.property(fc.constantFrom('10', '127'), octet, octet, octet, (...parts) => {
      expect(isPublic(parts.join('.'))).toBe(false)
    }),
  )
})

test('private addresses are refused with a sentence that says what to do, unless they are allowed', () => {
  expect(() => checkAddress('db.local', '10.0.0.1', production)).toThrow(
    /db\.local leads to 10\.0\.0\.1, which is not a public address/,
  )
  expect(() => checkAddress('db.local', '10.0.0.1', { secure: false, allowPrivate: true })).not.toThrow()
})

test('public addresses need https, wherever private ones are allowed too', () => {
  expect(() => checkAddress('api.example.com', '8.8.8.8', production)).not.toThrow()
  expect(() => checkAddress('api.example.com', '8.8.8.8', { secure: false, allowPrivate: true })).toThrow(
    /https/,
  )
})

test('a name is refused by what it resolves to', async () => {
  const lookUp = (rules: AddressRules) =>
    new Promise<unknown>((resolve) => {
      checkedLookup(rules)('localhost', { all: true }, (error, addresses) =>
        resolve(error?.message ?? addresses),
      )
    })
  expect(await lookUp(production)).toMatch(/^localhost leads to /)
  expect(await lookUp({ secure: false, allowPrivate: true })).toContainEqual(
    expect.objectContaining({ address: '127.0.0.1' }),
  )
})
