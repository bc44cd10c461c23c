/** A check of a package, as its text tells it. */
export type Section = { title: string; lines: string[] }

/** A line that is to be run as it stands. */
export const command = (line: string): string => `    $ ${line}`
