import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Lane } from './messages.ts'

/** The lane in which a recording's work travels. */
export const laneOf = ({ urgent }: Pick<Footage, 'urgent'>): Lane =>
  urgent ? 'urgent' : 'ordinary'

/** What knows of a recording whether it is urgent. */
type Knowing = {
  catalogue: { find(id: FootageId): Promise<Pick<Footage, 'urgent'> | null> }
}

/** As laneOf, where only the id is known. Of what does not exist nothing is urgent. */
export async function laneOfId({ catalogue }: Knowing, id: FootageId): Promise<Lane> {
  const footage = await catalogue.find(id)
  return footage ? laneOf(footage) : 'ordinary'
}
