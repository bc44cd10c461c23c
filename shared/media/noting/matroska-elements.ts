/** Ids of elements (RFC 9559 §5.1). */
export const EBML = 0x1a45dfa3
export const SEGMENT = 0x18538067
export const INFO = 0x1549a966
export const TIMESTAMP_SCALE = 0x2ad7b1
export const TRACKS = 0x1654ae6b
export const CLUSTER = 0x1f43b675
export const CLUSTER_TIMESTAMP = 0xe7
export const SIMPLE_BLOCK = 0xa3
export const BLOCK_GROUP = 0xa0
export const BLOCK = 0xa1
export const BLOCK_DURATION = 0x9b
export const REFERENCE_BLOCK = 0xfb

/** An id and a size of a byte each. */
export const SHORTEST_ELEMENT_BYTES = 2
