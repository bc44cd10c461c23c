import type { RenditionPlan } from './plan.ts'

const STATEMENTS = {
  copied: 'stream copy of the master',
  encoded: 'full-quality re-encoding: the master’s codec does not play in browsers',
  proxy: 'proxy, not for examination',
} as const

/** What every viewer of a rendition must be told about what they see. */
export const statementOf = (
  kind: 'copy' | 'proxy',
  { copy }: Pick<RenditionPlan, 'copy'>,
): string => (kind === 'proxy' ? STATEMENTS.proxy : STATEMENTS[copy.video.method])
