import type { FootageChange } from '../storage/tables/catalogue.ts'
import type { AuditAct } from './chain.ts'

/** What a change is going to do, and the entries that say so beforehand. */
export type PlannedChange = { acts: Pick<AuditAct, 'action' | 'detail'>[]; change: FootageChange }
