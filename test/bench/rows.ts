import type { Row } from './harness/row.ts'
import { audit } from './rows/audit.ts'
import { length } from './rows/length.ts'
import { peers } from './rows/peers.ts'
import { playlist } from './rows/playlist.ts'
import { poster } from './rows/poster.ts'
import { decisions, tickets } from './rows/pure.ts'
import { render, renderCopy } from './rows/render.ts'
import { retrieval } from './rows/retrieval.ts'
import { secure } from './rows/secure.ts'
import { secureLarge } from './rows/secure-large.ts'

/** Every row there is, in the order in which they are run and stand in the results. */
export const ROWS: readonly Row[] = [
  render,
  renderCopy,
  peers,
  poster,
  secure,
  secureLarge,
  length,
  retrieval,
  audit,
  decisions,
  tickets,
  playlist,
]
