import { describe, expect, it } from 'vitest'
import { blobOperation } from '../../../infra/local/storage-gateway/operation.ts'

const blockBlob = { 'x-ms-blob-type': 'BlockBlob', 'content-length': '5' }

describe('blobOperation', () => {
  it.each([
    ['a whole blob', 'PUT', '/acc/c/a', blockBlob, 'PutBlob'],
    ['a block list', 'PUT', '/acc/c/a?comp=blocklist&sig=x', {}, 'PutBlockList'],
    ['a copy', 'PUT', '/acc/c/a', { 'x-ms-copy-source': 'http://elsewhere/b' }, 'CopyBlob'],
    [
      'Put Blob From URL',
      'PUT',
      '/acc/c/a',
      { ...blockBlob, 'x-ms-copy-source': 'http://elsewhere/b' },
      'PutBlob',
    ],
    ['a new append blob', 'PUT', '/acc/c/a', { 'x-ms-blob-type': 'AppendBlob' }, 'PutBlob'],
    ['a deletion', 'DELETE', '/acc/c/a', { 'x-ms-delete-snapshots': 'include' }, 'DeleteBlob'],
  ])('sees %s', (_, method, url, headers, api) => {
    expect(blobOperation(method, url, headers)).toMatchObject({ api, container: 'c', blob: 'a' })
  })

  it.each([
    ['a block', 'PUT', '/acc/c/a?comp=block&blockid=AA', {}],
    ['an appended block', 'PUT', '/acc/c/a?comp=appendblock', {}],
    ['metadata', 'PUT', '/acc/c/a?comp=metadata', {}],
    ['tags', 'PUT', '/acc/c/a?comp=tags', {}],
    ['a tier', 'PUT', '/acc/c/a?comp=tier', {}],
    ['a lease', 'PUT', '/acc/c/a?comp=lease', {}],
    ['an immutability policy', 'PUT', '/acc/c/a?comp=immutabilityPolicies', {}],
    ['an abandoned policy', 'DELETE', '/acc/c/a?comp=immutabilityPolicies', {}],
    ['a container', 'PUT', '/acc/c?restype=container', {}],
    ['a deleted container', 'DELETE', '/acc/c?restype=container', {}],
    ['properties of the service', 'PUT', '/acc/?restype=service&comp=properties', {}],
    ['a deleted snapshot', 'DELETE', '/acc/c/a?snapshot=2026-01-01', {}],
    ['a deleted version', 'DELETE', '/acc/c/a?versionid=2026-01-01', {}],
    ['deleted snapshots', 'DELETE', '/acc/c/a', { 'x-ms-delete-snapshots': 'only' }],
    ['reading', 'GET', '/acc/c/a', {}],
    ['a path without names', 'PUT', '//', blockBlob],
    ['a log of the service', 'PUT', '/acc/$logs/a', blockBlob],
  ])('sees nothing in %s', (_, method, url, headers) => {
    expect(blobOperation(method, url, headers)).toBeUndefined()
  })

  it('decodes names and keeps their slashes', () => {
    expect(blobOperation('PUT', '/acc/c/a%20b/%C3%A9%23', blockBlob)).toMatchObject({
      blob: 'a b/é#',
    })
    expect(blobOperation('PUT', '/acc/at-root', blockBlob)).toMatchObject({
      container: '$root',
      blob: 'at-root',
    })
  })

  it('takes type and length of a whole blob from its request', () => {
    const typed = { ...blockBlob, 'content-type': 'text/plain' }
    expect(blobOperation('PUT', '/acc/c/a', typed)).toMatchObject({
      contentType: 'text/plain',
      contentLength: 5,
    })
    expect(
      blobOperation('PUT', '/acc/c/a', { ...typed, 'x-ms-blob-content-type': 'video/mp4' }),
    ).toMatchObject({ contentType: 'video/mp4' })
    const page = {
      'x-ms-blob-type': 'PageBlob',
      'content-length': '0',
      'x-ms-blob-content-length': '512',
    }
    expect(blobOperation('PUT', '/acc/c/a', page)).toMatchObject({
      blobType: 'PageBlob',
      contentLength: 512,
    })
  })
})
