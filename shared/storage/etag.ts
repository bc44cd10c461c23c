/**
 * One spelling for an ETag: Event Grid sends it bare, the REST API in quotes, and the case of the
 * hexadecimal digits differs between services.
 */
export const normaliseEtag = (etag: string): string =>
  `"${etag.replaceAll('"', '').replace(/^0x/i, '').toUpperCase()}"`.replace('"', '"0x')

/** Whether two ETags name the same version of a blob, however they are written. */
export const sameEtag = (a: string, b: string): boolean => normaliseEtag(a) === normaliseEtag(b)
