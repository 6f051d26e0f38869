/** SQL of the ids of conversations in which the words of a parameter stand, all in the same place. */
export function searchSql(words: string, withNotes: boolean): string {
  const matches = `@@ folded_query(${words}::text)`
  const visible = withNotes ? '' : `and m.visibility = 'PUBLIC'`
  return `select m.conversation_id as id from message m where folded_words(m.text) ${matches} ${visible}
    union
    select t.id from conversation t where t.title is not null and folded_words(t.title) ${matches}
    union
    select t.id from end_user e join conversation t on t.end_user_id = e.id
     where e.name is not null and folded_words(e.name) ${matches}
    union
    select t.id from end_user_identity e join conversation t on t.end_user_id = e.end_user_id
     where e.kind = 'EMAIL' and folded_words(e.value) ${matches}`
}
