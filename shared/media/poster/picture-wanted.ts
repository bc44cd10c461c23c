/** A keyframe that was noted while its recording was secured. */
export type PictureWanted = {
  /** When it is shown, in ticks of its track. */
  pts: number
  /** The byte from which it can be read: of its packet or chunk, or of the cluster around it. */
  position: number
  /** How many bytes may be read for it, apart from the header. */
  most: number
}
