/**
 * SQL of whether the words of a parameter stand in the conversation `c`, all in the same place. What matches is found by its words once, and not looked for row by row.
 */
export function searchSql(words: string, withNotes: boolean): string {
  const matches = `@@ search_query(${words}::text)`
  const visible = withNotes ? '' : `and m.visibility = 'PUBLIC'`
  return `c.id in (
    select m.conversation_id from message m where search_words(m.text) ${matches} ${visible}
    union all
    select t.id from conversation t where t.title is not null and search_words(t.title) ${matches}
    union all
    select t.id from end_user e join conversation t on t.end_user_id = e.id
     where e.name is not null and search_words(e.name) ${matches}
    union all
    select t.id from end_user_identity e join conversation t on t.end_user_id = e.end_user_id
     where e.kind = 'EMAIL' and search_words(e.value) ${matches})`
}
