/** The first port of the local system unless another is asked for: that of Functions Core Tools. */
export const DEFAULT_PORT = 7071

/** Which part listens where; 0 takes any free port. */
export type LocalPorts = Record<
  | 'api'
  | 'issuer'
  | 'events'
  | 'blob'
  | 'queue'
  | 'table'
  | 'blobBehindGateway'
  | 'player'
  | 'timestamps',
  number
>

/** A block of ports from `first` on, so that two systems run side by side; all 0 without it. */
export function portsFrom(first: number | undefined): LocalPorts {
  const at = (offset: number): number => (first === undefined ? 0 : first + offset)
  return {
    api: at(0),
    issuer: at(1),
    events: at(2),
    blob: at(3),
    queue: at(4),
    table: at(5),
    blobBehindGateway: at(6),
    player: at(7),
    timestamps: at(8),
  }
}
