import type pg from 'pg'
import type { Faults } from '../faults.js'
import type { Entry } from '../folder.js'

/** Each message that was acknowledged is stored exactly once, each voice's in order, and nothing else is. */
export async function judgeMessages(
  client: pg.Client,
  entries: readonly Pick<Entry, 'name' | 'id' | 'said'>[],
  faults: Faults,
): Promise<void> {
  await client.query(
    `create temp table acknowledged (name text primary key, voice_user int, voice_fin int, voice_human int)`,
  )
  try {
    for (let from = 0; from < entries.length; from += batch) {
      const rows = entries.slice(from, from + batch).map(({ name, said }) => ({ name, ...said }))
      await client.query(insert, [JSON.stringify(rows)])
    }
    await client.query('analyze acknowledged')
    await judge(client, faults)
  } finally {
    await client.query('drop table acknowledged')
  }
}

const batch = 5_000

async function judge(client: pg.Client, faults: Faults) {
  for (const { name, seq, text, place, expected } of (await client.query<Misplaced>(misplaced)).rows) {
    const wrong = `Conversation ${name} stores "${text}" as its message ${seq}`
    if (seq !== place) faults.add(`${wrong}, and it is number ${place}`)
    else faults.add(expected ? `${wrong}, where "${expected}" belongs` : `${wrong}, which nobody has said`)
  }
  for (const { name, voice, acknowledged, stored } of (await client.query<Missing>(missing)).rows) {
    faults.add(
      stored === null
        ? `Conversation ${name} was acknowledged and is not stored, or more than once`
        : `In conversation ${name} ${acknowledged} messages of ${voice} were acknowledged, and ${stored} are stored`,
    )
  }
}

interface Misplaced {
  name: string
  seq: number
  place: number
  text: string
  /** Null: it is nobody's. */
  expected: string | null
}

interface Missing {
  name: string
  voice: string
  acknowledged: number
  stored: number | null
}

const insert = `insert into acknowledged
  select name, "user", fin, human from jsonb_to_recordset($1::jsonb) as r(name text, "user" int, fin int, human int)`

// The first of each conversation: what comes after it is misplaced by it.
const misplaced = `
  with placed as (
    select a.name, m.seq, m.text, split_part(m.text, ' ', 2) as voice,
           row_number() over (partition by m.conversation_id order by m.seq) as place,
           row_number() over (partition by m.conversation_id, split_part(m.text, ' ', 2) order by m.seq) as nth
      from acknowledged a join conversation c on c.title = a.name join message m on m.conversation_id = c.id)
  select distinct on (name) name, seq, place::int, text,
         case when voice in ('user', 'fin', 'human') then name || ' ' || voice || ' ' || nth end as expected
    from placed where place <> seq or text is distinct from name || ' ' || voice || ' ' || nth
   order by name, seq limit 20`

const missing = `
  with stored as (
    select a.name, count(distinct c.id) as conversations,
           count(*) filter (where m.text like '% user %') as voice_user,
           count(*) filter (where m.text like '% fin %') as voice_fin,
           count(*) filter (where m.text like '% human %') as voice_human
      from acknowledged a join conversation c on c.title = a.name join message m on m.conversation_id = c.id
     group by a.name)
  select a.name, v.voice, v.acknowledged, case when s.conversations = 1 then v.stored::int end as stored
    from acknowledged a left join stored s using (name),
         lateral (values ('the end-user', a.voice_user, s.voice_user), ('Fin', a.voice_fin, s.voice_fin),
                         ('the human', a.voice_human, s.voice_human)) as v(voice, acknowledged, stored)
   where s.conversations is distinct from 1 or v.acknowledged <> v.stored
   order by a.name limit 20`
