import { hearBreakGlass } from '../../shared/manage/ask-break-glass.ts'
import { listen, onMessage } from '../../shared/work/edge.ts'

/** Takes up what was asked for in an emergency. */
export const handleHearBreakGlass = onMessage('hear-break-glass', hearBreakGlass)

listen('hear-break-glass', handleHearBreakGlass)
