// Hosts of addresses that no webhook may go to, as somebody could write them.

/** Ways to write this machine's own addresses. */
export const loopback = [
  '127.0.0.1',
  '127.255.255.254',
  '127.1',
  '127.0.1',
  '127.0.0.1.',
  '2130706433',
  '0x7f000001',
  '0x7F.1',
  '0x7f.0x0.0x0.0x1',
  '0177.0.0.1',
  '017700000001',
  '%31%32%37.0.0.1',
  '127%2e0%2e0%2e1',
  '１２７.０.０.１',
  '127。0。0。1',
  '①②⑦.⓪.⓪.①',
  '127.0.0.\u00ad1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000::0001]',
]

/** Names that mean this machine. */
export const localNames = [
  'localhost',
  'LOCALHOST',
  'LocalHost.',
  'ｌｏｃａｌｈｏｓｔ',
  'local%68ost',
  'hooks.localhost',
  'a.b.LOCALHOST.',
]

/** Addresses that look like another's. */
export const disguised = [
  'api.example.com@127.0.0.1',
  'api.example.com:443@127.0.0.1',
  'api.example.com%2f@localhost',
  '127.0.0.1\\@api.example.com',
  '127.0.0.1/@api.example.com',
  '127.0.0.1?@api.example.com',
  '127.0.0.1#@api.example.com',
  '127.0.0.\t1',
]

/** All else that is not the public internet. */
export const others = [
  // Unspecified: this machine.
  '0.0.0.0',
  '0',
  '0x0',
  '[::]',
  // Private.
  '10.0.0.1',
  '167772161',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.257',
  '[fc00::1]',
  '[fd00::1]',
  '[fec0::1]',
  // Link-local, and what tells a machine in a cloud its secrets.
  '169.254.0.1',
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '169.254.43518',
  '0251.0376.0251.0376',
  '100.100.100.200',
  '192.0.0.192',
  '[fd00:ec2::254]',
  '[fd20:ce::254]',
  '[fe80::1]',
  '[febf::1]',
  // A carrier's, for tests, for documents, reserved, multicast, broadcast.
  '100.64.0.1',
  '100.127.255.255',
  '198.18.0.1',
  '192.0.2.1',
  '203.0.113.1',
  '192.88.99.1',
  '240.0.0.1',
  '224.0.0.1',
  '239.255.255.250',
  '255.255.255.255',
  '[ff02::1]',
  '[ff0e::1]',
  '[100::1]',
  '[2001:db8::1]',
  '[3fff::1]',
  '[5f00::1]',
  // No part of IPv6 that anybody was given.
  '[::2]',
  '[1::1]',
  '[4000::1]',
  '[9000::1]',
  // IPv4 within IPv6: mapped, compatible, translated, 6to4, Teredo.
  '[::ffff:127.0.0.1]',
  '[::FFFF:7F00:1]',
  '[0:0:0:0:0:ffff:a9fe:a9fe]',
  '[::127.0.0.1]',
  '[::a00:1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b:1::10.0.0.1]',
  '[2002:7f00:1::]',
  '[2002:a9fe:a9fe::1]',
  '[2001:0:7f00:1::1]',
  '[2001::80ff:fffe]',
]
