/** Where the lines of `tryIt` send their requests. */
export type Addresses = {
  api: string
  tokenEndpoint: string
  clientId: string
  player: string
  /** The command that docks a recording, up to its arguments. */
  dock: string
}

/** The recording that the project brings. */
export const SAMPLE_RECORDING = 'test/media/car-detection.mp4'

/**
 * Shell lines that take a recording the whole way with npm and curl. They can be pasted one by one
 * or all at once, in the project's folder; nothing but a POSIX shell's usual tools is needed.
 */
export function tryIt({ api, tokenEndpoint, clientId, player, dock }: Addresses): string {
  return `# Who and where: paste this first
API=${api}
field() { grep -o "\\"$1\\":\\"[^\\"]*\\"" | head -n 1 | cut -d '"' -f 4; }
signin() { echo "Authorization: Bearer $(curl -s ${tokenEndpoint} -d grant_type=password -d client_id=${clientId} --data-urlencode "username=$1" | field access_token)"; }
ASHA=$(signin 'Asha Rahman'); GRACE=$(signin 'Grace Adeyemi'); HELEN=$(signin 'Helen Marsh'); OWEN=$(signin 'Owen Price'); FATIMA=$(signin 'Fatima Siddiqui'); LEON=$(signin 'Leon Carter')

# A docking station uploads; the camera may be wiped when it ends well
${dock} ${SAMPLE_RECORDING} --crime 2412345/26

# An investigator of Camden searches, looks, and watches it come
curl -sw '\\n' -H "$ASHA" "$API/footage?borough=camden&limit=5"
ID=$(curl -s -H "$ASHA" "$API/footage?reference=crime:2412345/26&limit=1" | field id)
curl -sw '\\n' -H "$ASHA" "$API/footage/$ID"
curl -sw '\\n' -H "$ASHA" "$API/footage/$ID/progress"
until curl -s -H "$ASHA" "$API/footage/$ID/progress" | grep -Eq '"state":"(ready|unplayable)"'; do sleep 1; done
curl -sL -H "$ASHA" "$API/footage/$ID/poster" -o poster.jpg

# Plays it: in a browser by the first URL, in VLC, ffplay or any HLS player by the second
PLAY=$(curl -s -H "$ASHA" -d '{"reason":"trying it out"}' "$API/footage/$ID/playback" | field url); echo "${player}#$PLAY"; echo "$PLAY"
curl -s "$PLAY"

# Takes the original, and compares
curl -s "$(curl -s -H "$ASHA" -d '{"reason":"trying it out"}' "$API/footage/$ID/original" | field url)" -o original.mp4
sha256sum original.mp4 ${SAMPLE_RECORDING}

# Another borough's investigator finds nothing, as if it did not exist
curl -sw '\\n' -H "$GRACE" "$API/footage/$ID"
curl -sw '\\n' -H "$GRACE" "$API/footage?borough=camden"

# The auditor reads what has been done with it, and has the chain verified
curl -sw '\\n' -H "$FATIMA" "$API/footage/$ID/audit"
curl -sw '\\n' -H "$FATIMA" "$API/footage/$ID/audit/verify"

# Bytes that are not what the dock declared end in quarantine (the dock ends with code 2)
${dock} ${SAMPLE_RECORDING} --camera BWV-LOCAL-2 --corrupt
curl -sw '\\n' -H "$HELEN" "$API/quarantine"

# The administrator reads the people register
curl -sw '\\n' -H "$LEON" "$API/people/0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01"`
}
