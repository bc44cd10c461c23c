/** The account every storage emulator has; key and name are published by Microsoft and secure nothing. */
export const ACCOUNT_NAME = 'devstoreaccount1'
export const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/** URLs of the account's services, the account included, without a trailing slash. */
export type StorageEndpoints = { blobUrl: string; queueUrl: string; tableUrl: string }

/** The connection string of the emulator's account at these endpoints, e.g. with a gateway as blobUrl. */
export function connectionStringOf({ blobUrl, queueUrl, tableUrl }: StorageEndpoints): string {
  return [
    `DefaultEndpointsProtocol=${new URL(blobUrl).protocol.slice(0, -1)}`,
    `AccountName=${ACCOUNT_NAME}`,
    `AccountKey=${ACCOUNT_KEY}`,
    `BlobEndpoint=${blobUrl}`,
    `QueueEndpoint=${queueUrl}`,
    `TableEndpoint=${tableUrl}`,
    '',
  ].join(';')
}
