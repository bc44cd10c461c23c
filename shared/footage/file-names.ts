import type { FootageId, PartName } from './ids.ts'

/** The usual endings of what docks upload; systems open a file by its ending. */
const ENDINGS: Record<string, string> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/x-matroska': 'mkv',
  'video/mp2t': 'ts',
  'video/x-msvideo': 'avi',
  'text/csv': 'csv',
  'text/plain': 'txt',
  'application/json': 'json',
  'application/gpx+xml': 'gpx',
  'application/xml': 'xml',
}

/** The name under which a part of a recording is saved by whoever takes it. */
export const partFileName = (id: FootageId, part: PartName, contentType: string): string =>
  `${id}${part === 'recording' ? '' : `-${part}`}.${ENDINGS[contentType.toLowerCase()] ?? 'bin'}`
