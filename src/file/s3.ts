import { Readable } from 'node:stream'
import type { S3Options } from '../config.js'
import type { FileStore } from './store.js'

/**
 * A bucket of any store that speaks S3. Its client is large: it is loaded only where there is a bucket. `patience`: how long
 * it may be silent, in ms; it is asked three times.
 */
export async function s3Store(
  { bucket, pathStyle, ...options }: S3Options,
  patience = 30_000,
): Promise<FileStore> {
  const [{ DeleteObjectCommand, GetObjectCommand, S3Client }, { Upload }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/lib-storage'),
  ])
  const client = new S3Client({
    ...options,
    forcePathStyle: pathStyle,
    requestHandler: { connectionTimeout: patience, socketTimeout: patience },
    // Checksums behind the content are beyond many stores.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const place = (id: string) => ({ Bucket: bucket, Key: id })
  return {
    async put(id, content, signal) {
      const body = Readable.from(content, { objectMode: false })
      // One part of 5 MiB at a time is held in memory; on an error what has been sent is given up.
      const upload = new Upload({ client, params: { ...place(id), Body: body }, queueSize: 1 })
      const abort = () => {
        body.destroy(new Error('It was given up.'))
        void upload.abort()
      }
      signal.throwIfAborted()
      signal.addEventListener('abort', abort)
      try {
        await upload.done()
      } finally {
        signal.removeEventListener('abort', abort)
        body.destroy()
      }
    },
    async read(id, part) {
      const Range = part && `bytes=${part.start}-${part.end}`
      try {
        const { Body } = await client.send(new GetObjectCommand({ ...place(id), Range }))
        return Body as Readable
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return null
        throw error
      }
    },
    async remove(id) {
      await client.send(new DeleteObjectCommand(place(id)))
    },
    close: () => client.destroy(),
  }
}
