import type { PartName } from './contract.ts'

/** What a dock tells its display while a recording is docked. */
export type DockProgress =
  | { step: 'hashing'; bytes: number; totalBytes: number }
  | { step: 'declared'; id: string; sequence: number; isNew: boolean }
  /** `bytes` counts what storage holds, `heldBytes` what an earlier run had left there. */
  | { step: 'sending'; part: PartName; bytes: number; totalBytes: number; heldBytes: number }
  | { step: 'waiting'; id: string; state: string }
  | { step: 'sending-again'; id: string; parts: PartName[] }
