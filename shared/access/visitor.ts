import type { Principal } from '../clearance/person.ts'

/** Who asks, and from where. */
export type Visitor = { principal: Principal; clientAddress: string | null }

/** A visitor, and until when their token vouches for them. */
export type VouchedVisitor = Visitor & { vouchedUntil: string }
