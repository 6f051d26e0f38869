import path from 'node:path'
import { z } from 'zod'
import { readRanges } from './networks.js'

/** What the environment sets; README.md has the table. */
export type Config = ReturnType<typeof readConfig>

/** A bucket of a store that speaks S3. */
export interface S3Options {
  bucket: string
  region: string
  /** Of another store than Amazon's. */
  endpoint?: string
  /** Left out: from where Amazon's client looks for them, such as the machine's role. */
  credentials?: { accessKeyId: string; secretAccessKey: string }
  /** Whether the bucket is named in the path rather than in the host. */
  pathStyle: boolean
}

const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'])
  .transform((value) => ['true', '1', 'yes'].includes(value))
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)
/** `true` (one proxy), a number of proxies, or express's list of addresses. */
const trust = z.string().transform((value) => {
  if (['false', 'no', '0'].includes(value)) return false as const
  if (['true', 'yes'].includes(value)) return 1
  return /^\d+$/.test(value) ? Number(value) : value
})
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')

const environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4_000),
  HOST: z.string().optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  DATABASE_REPLICA_URL: postgresUrl.optional(),
  DATABASE_POOL: z.coerce.number().int().min(1).max(1_000).default(10),
  PREPARED_STATEMENTS: flag.default(true),
  MIGRATE: flag.default(true),
  DATA_DIR: z.string().min(1).default('.data'),
  FILES_DIR: z.string().optional(),
  FILES_S3_BUCKET: z.string().optional(),
  FILES_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  FILES_S3_REGION: z.string().default('us-east-1'),
  FILES_S3_ACCESS_KEY_ID: z.string().optional(),
  FILES_S3_SECRET_ACCESS_KEY: z.string().optional(),
  FILES_S3_PATH_STYLE: flag.optional(),
  UPLOAD_MAX_MB: z.coerce.number().int().min(1).max(2_000).default(25),
  UPLOAD_TYPES: list
    .pipe(
      z.array(z.string().regex(/^[\w.+-]+\/([\w.+-]+|\*)$/, 'must be types such as image/png or image/*')),
    )
    .default([]),
  ADMIN_EMAIL: z.email().default('admin@example.com'),
  ADMIN_PASSWORD: z.string().min(10, 'needs at least 10 characters').optional(),
  ADMIN_TOKEN: z
    .string()
    .min(32, 'needs at least 32 characters')
    .regex(/^\S+$/, 'may not have spaces')
    .optional(),
  SAMPLE_DATA: flag.optional(),
  SECRET_KEY: z.string().min(16, 'needs at least 16 characters').optional(),
  CORS_ORIGINS: list.default([]),
  TRUST_PROXY: trust.optional(),
  ALLOW_PRIVATE_WEBHOOKS: flag.optional(),
  FIN_NETWORKS_FILE: z.string().optional(),
  EVENT_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(14),
  DELIVERY_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  RATE_LIMIT: z.coerce.number().int().min(1).default(3_000),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

/** Reads the environment; throws one Error that names every fault. An empty variable counts as unset. */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  if (parsed.success && parsed.data.DATABASE_URL && !parsed.data.SECRET_KEY) {
    faults.push('SECRET_KEY: required with DATABASE_URL; make one with `openssl rand -base64 32` and keep it')
  }
  if (parsed.success) faults.push(...s3Faults(parsed.data))
  if (parsed.data?.FIN_NETWORKS_FILE) {
    try {
      readRanges(parsed.data.FIN_NETWORKS_FILE)
    } catch (error) {
      faults.push(`FIN_NETWORKS_FILE: ${(error as Error).message}`)
    }
  }
  if (!parsed.success || faults.length > 0) {
    throw new Error(`The environment has faults:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
  }
  const set = parsed.data
  const embedded = !set.DATABASE_URL
  return {
    port: set.PORT,
    host: set.HOST ?? (embedded ? '127.0.0.1' : '0.0.0.0'),
    publicUrl: set.PUBLIC_URL?.replace(/\/+$/, ''),
    databaseUrl: set.DATABASE_URL,
    databaseDirectUrl: set.DATABASE_DIRECT_URL,
    databaseReplicaUrl: set.DATABASE_REPLICA_URL,
    databasePool: set.DATABASE_POOL,
    preparedStatements: set.PREPARED_STATEMENTS,
    migrate: set.MIGRATE,
    dataDir: path.resolve(set.DATA_DIR),
    filesDir: path.resolve(set.FILES_DIR ?? path.join(set.DATA_DIR, 'files')),
    filesS3: s3Of(set),
    uploadLimits: { largest: set.UPLOAD_MAX_MB * 1024 * 1024, types: set.UPLOAD_TYPES },
    adminEmail: set.ADMIN_EMAIL,
    adminPassword: set.ADMIN_PASSWORD,
    adminToken: set.ADMIN_TOKEN,
    sampleData: set.SAMPLE_DATA ?? (embedded && set.NODE_ENV !== 'production'),
    secretKey: set.SECRET_KEY,
    corsOrigins: set.CORS_ORIGINS,
    trustProxy: set.TRUST_PROXY,
    allowPrivateWebhooks: set.ALLOW_PRIVATE_WEBHOOKS ?? embedded,
    finNetworksFile: set.FIN_NETWORKS_FILE,
    eventRetentionDays: set.EVENT_RETENTION_DAYS,
    deliveryRetentionDays: set.DELIVERY_RETENTION_DAYS,
    rateLimit: set.RATE_LIMIT,
    logLevel: set.LOG_LEVEL,
  }
}

type Environment = z.infer<typeof environment>

function s3Faults(set: Environment): string[] {
  const { FILES_S3_BUCKET: bucket, FILES_S3_ACCESS_KEY_ID: id, FILES_S3_SECRET_ACCESS_KEY: secret } = set
  const needed = (missing: string, given: string) => `${missing}: required with ${given}`
  return [
    ...(!bucket && (set.FILES_S3_ENDPOINT || id || secret)
      ? ['FILES_S3_BUCKET: required with the other FILES_S3 settings']
      : []),
    ...(id && !secret ? [needed('FILES_S3_SECRET_ACCESS_KEY', 'FILES_S3_ACCESS_KEY_ID')] : []),
    ...(secret && !id ? [needed('FILES_S3_ACCESS_KEY_ID', 'FILES_S3_SECRET_ACCESS_KEY')] : []),
  ]
}

function s3Of(set: Environment): S3Options | undefined {
  if (!set.FILES_S3_BUCKET) return undefined
  const { FILES_S3_ACCESS_KEY_ID: accessKeyId, FILES_S3_SECRET_ACCESS_KEY: secretAccessKey } = set
  return {
    bucket: set.FILES_S3_BUCKET,
    region: set.FILES_S3_REGION,
    endpoint: set.FILES_S3_ENDPOINT,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    // Other stores than Amazon's seldom have a host for each bucket.
    pathStyle: set.FILES_S3_PATH_STYLE ?? set.FILES_S3_ENDPOINT !== undefined,
  }
}
