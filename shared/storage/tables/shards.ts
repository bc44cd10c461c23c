/** What one partition would be too busy for is spread over these, by the last digit of an id. */
export const SHARDS = [...'0123456789abcdef']

/** The shard of an id: a UUID, whose last hexadecimal digit is random, in either case. */
export const shardOf = (id: string): string => id.slice(-1).toLowerCase()
