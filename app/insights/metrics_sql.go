package insights

// Each metric has a statement that computes it from the tables of the hub alone, in a way of its own: without the ledger. It is what
// the metric means. Tests compare every figure with it, and the page of the method shows it to whoever wants to check by hand.
//
// A statement takes the unit ($1, 0 for the whole organisation) and the month from ($2) its begin to ($3) that of the next, in Unix
// microseconds, and returns Value and Whole. It does not know who may see what: that is for suppress.go.

// theRecord is what all statements begin with: the units asked for, the people of the home organisation who are in them, and the
// threads that everybody in it may read.
const theRecord = `
WITH RECURSIVE beneath(id) AS (
  SELECT u.id
  FROM units u
  WHERE u.id = CAST($1 AS BIGINT)
  UNION ALL
  SELECT u.id
  FROM units u
  JOIN beneath b ON u.parent_id = b.id
), home(id, unit_id, left_at) AS (
  SELECT p.id, COALESCE(p.unit_id, 0), p.left_at
  FROM people p
  JOIN organisations o ON o.id = p.organisation_id
  WHERE o.home
), us(id, left_at) AS (
  SELECT h.id, h.left_at
  FROM home h
  WHERE CAST($1 AS BIGINT) = 0 OR h.unit_id IN (SELECT b.id FROM beneath b)
), kept(id, kind, author_id, created_at, deleted_at, moved_to, superseded_by, owner_id, check_at, checked_at) AS (
  SELECT t.id, t.kind, t.author_id, t.created_at, t.deleted_at, t.moved_to, t.superseded_by, COALESCE(t.owner_id, t.author_id), t.check_at, t.checked_at
  FROM threads t
  WHERE t.audience IN ('public', 'hub') OR t.audience IN (SELECT 'org:' || CAST(o.id AS TEXT) FROM organisations o WHERE o.home)
), open(id, kind, author_id, created_at, superseded_by, owner_id, check_at, checked_at) AS (
  SELECT r.id, r.kind, r.author_id, r.created_at, r.superseded_by, r.owner_id, r.check_at, r.checked_at
  FROM kept r
  WHERE r.deleted_at IS NULL
)`

// theMiddle ends a statement that has listed values, each with a v: the middle one and how many there are.
const theMiddle = `, ranked(v, place, places) AS (
  SELECT l.v, ROW_NUMBER() OVER (ORDER BY l.v), COUNT(*) OVER ()
  FROM listed l
)
SELECT COALESCE(MAX(CASE WHEN k.place = (k.places + 1) / 2 THEN k.v END), 0), COALESCE(MAX(k.places), 0)
FROM ranked k`

const (
	ofSignals = `
FROM open t
JOIN us a ON a.id = t.author_id
WHERE t.kind = 'signal' AND t.created_at >= $2 AND t.created_at < $3`
	ofDiscussions = `
FROM open t
JOIN us a ON a.id = t.author_id
WHERE t.kind = 'discussion' AND t.created_at >= $2 AND t.created_at < $3`
	ofQuestions = `
FROM open t
JOIN us a ON a.id = t.author_id
WHERE t.kind = 'question' AND t.created_at >= $2 AND t.created_at < $3`
	ofDecisions = `
FROM open t
JOIN us a ON a.id = t.author_id
JOIN decisions d ON d.thread_id = t.id
WHERE d.decided_at >= $2 AND d.decided_at < $3`
	repliedTo = `
SELECT COUNT(CASE WHEN EXISTS (SELECT 1 FROM replies r WHERE r.thread_id = t.id AND r.deleted_at IS NULL AND r.author_id <> t.author_id) THEN 1 END), COUNT(*)`
)

const (
	countSignals = theRecord + `
SELECT COUNT(*), COUNT(*)` + ofSignals
	shareDiscussed = theRecord + repliedTo + ofSignals
	varietySignals = theRecord + `
SELECT COUNT(DISTINCT s.kind), COUNT(*)
FROM open t
JOIN us a ON a.id = t.author_id
LEFT JOIN signals s ON s.thread_id = t.id
WHERE t.kind = 'signal' AND t.created_at >= $2 AND t.created_at < $3`
	medianRead = theRecord + `, listed(v) AS (
  SELECT CASE WHEN s.read_at > t.created_at THEN (s.read_at - t.created_at) / 1000000 ELSE 0 END
  FROM open t
  JOIN us a ON a.id = t.author_id
  JOIN signals s ON s.thread_id = t.id
  WHERE t.kind = 'signal' AND t.created_at >= $2 AND t.created_at < $3 AND s.read_at IS NOT NULL
)` + theMiddle
	shareBlindTopics = theRecord + `, talked(topic_id, signals) AS (
  SELECT h.topic_id, COUNT(CASE WHEN t.kind = 'signal' THEN 1 END)
  FROM open t
  JOIN us a ON a.id = t.author_id
  JOIN thread_topics h ON h.thread_id = t.id
  WHERE t.created_at >= $2 AND t.created_at < $3
  GROUP BY h.topic_id
)
SELECT COUNT(CASE WHEN k.signals = 0 THEN 1 END), COUNT(*)
FROM talked k`

	countDiscussions = theRecord + `
SELECT COUNT(*), COUNT(*)` + ofDiscussions
	shareAcross = theRecord + `, part(thread_id, person_id) AS (
  SELECT t.id, t.author_id
  FROM open t
  WHERE t.kind = 'discussion' AND t.created_at >= $2 AND t.created_at < $3
  UNION
  SELECT t.id, r.author_id
  FROM open t
  JOIN replies r ON r.thread_id = t.id
  WHERE t.kind = 'discussion' AND t.created_at >= $2 AND t.created_at < $3 AND r.deleted_at IS NULL
), across(thread_id) AS (
  SELECT k.thread_id
  FROM part k
  LEFT JOIN home h ON h.id = k.person_id
  GROUP BY k.thread_id
  HAVING COUNT(DISTINCT COALESCE(h.unit_id, -1)) > 1
)
SELECT COUNT(CASE WHEN t.id IN (SELECT x.thread_id FROM across x) THEN 1 END), COUNT(*)` + ofDiscussions
	shareSeveral = theRecord + `
SELECT COUNT(CASE WHEN (SELECT COUNT(DISTINCT r.author_id) FROM replies r WHERE r.thread_id = t.id AND r.deleted_at IS NULL AND r.author_id <> t.author_id) >= 3 THEN 1 END), COUNT(*)` + ofDiscussions

	countDecisions = theRecord + `
SELECT COUNT(*), COUNT(*)` + ofDecisions
	shareEvidence = theRecord + `
SELECT COUNT(CASE WHEN EXISTS (SELECT 1 FROM decision_evidence e WHERE e.thread_id = d.thread_id) THEN 1 END), COUNT(*)` + ofDecisions
	shareOptions = theRecord + `
SELECT COUNT(CASE WHEN (SELECT COUNT(*) FROM decision_options x WHERE x.thread_id = d.thread_id) >= 2 THEN 1 END), COUNT(*)` + ofDecisions
	shareDissent = theRecord + `
SELECT COUNT(CASE WHEN EXISTS (SELECT 1 FROM decision_stances s WHERE s.thread_id = d.thread_id AND s.stance IN ('disagree', 'block')) THEN 1 END), COUNT(*)` + ofDecisions
	medianDecision = theRecord + `, listed(v) AS (
  SELECT CASE WHEN d.decided_at > t.created_at THEN (d.decided_at - t.created_at) / 1000000 ELSE 0 END` + ofDecisions + `
)` + theMiddle
	shareReviews = theRecord + `
SELECT (SELECT COUNT(*)
        FROM open t
        JOIN us a ON a.id = t.author_id
        JOIN decision_changes c ON c.thread_id = t.id
        WHERE c.change = 'reviewed' AND c.at >= $2 AND c.at < $3),
       (SELECT COUNT(*)
        FROM open t
        JOIN us a ON a.id = t.author_id
        JOIN decision_changes c ON c.thread_id = t.id
        WHERE c.change = 'reviewed' AND c.at >= $2 AND c.at < $3)
     + (SELECT COUNT(*)
        FROM open t
        JOIN us a ON a.id = t.author_id
        JOIN decisions d ON d.thread_id = t.id
        WHERE d.state IN ('agreed', 'review') AND d.review_at >= $2 AND d.review_at < $3 AND (d.reviewed_at IS NULL OR d.reviewed_at < d.review_at))`
	countReviews = theRecord + `
SELECT COUNT(*), COUNT(*)
FROM open t
JOIN us a ON a.id = t.author_id
JOIN decision_changes c ON c.thread_id = t.id
WHERE c.change = 'reviewed' AND c.at >= $2 AND c.at < $3`
	countChanges = theRecord + `
SELECT COUNT(*), COUNT(*)
FROM open t
JOIN us a ON a.id = t.author_id
JOIN decision_changes c ON c.thread_id = t.id
WHERE c.at >= $2 AND c.at < $3
  AND (c.change = 'superseded'
       OR c.change IN ('amended', 'withdrawn')
          AND EXISTS (SELECT 1 FROM decision_changes e WHERE e.thread_id = c.thread_id AND e.change IN ('reviewed', 'challenged') AND (e.at < c.at OR e.at = c.at AND e.id < c.id)))`

	ofSearches = `
FROM search_log l
WHERE l.at >= $2 AND l.at < $3
  AND (CAST($1 AS BIGINT) = 0 OR l.unit_id IN (SELECT b.id FROM beneath b))`
	countSearches = theRecord + `
SELECT COUNT(*), COUNT(*)` + ofSearches
	shareOpened = theRecord + `
SELECT COUNT(CASE WHEN l.opened THEN 1 END), COUNT(*)` + ofSearches
	shareNone = theRecord + `
SELECT COUNT(CASE WHEN l.hits = 0 THEN 1 END), COUNT(*)` + ofSearches
	shareChecked = theRecord + `
SELECT COUNT(CASE WHEN t.checked_at >= $2 AND t.checked_at < $3 THEN 1 END),
       COUNT(CASE WHEN t.checked_at >= $2 AND t.checked_at < $3 THEN 1 END)
     + COUNT(CASE WHEN t.check_at >= $2 AND t.check_at < $3 AND t.superseded_by IS NULL AND (t.checked_at IS NULL OR t.checked_at < t.check_at) THEN 1 END)
FROM open t
JOIN us a ON a.id = t.owner_id`
	countRepeats = theRecord + `
SELECT COUNT(*), COUNT(*)
FROM kept t
JOIN us a ON a.id = t.author_id
WHERE t.kind = 'question' AND t.created_at >= $2 AND t.created_at < $3
  AND (t.deleted_at IS NOT NULL AND t.moved_to IS NOT NULL OR t.deleted_at IS NULL AND t.superseded_by IS NOT NULL)`
	medianAge = theRecord + `, listed(v) AS (
  SELECT CASE WHEN MIN(r.created_at) > t.created_at THEN (MIN(r.created_at) - t.created_at) / 1000000 ELSE 0 END
  FROM open t
  JOIN replies r ON r.thread_id = t.id
  JOIN us a ON a.id = r.author_id
  WHERE r.deleted_at IS NULL AND r.author_id <> t.author_id AND r.created_at >= $2 AND r.created_at < $3
  GROUP BY t.id, t.created_at, r.author_id
)` + theMiddle
	shareGaps = theRecord + `
SELECT COUNT(CASE WHEN g.closed_why IN ('found', 'owner') THEN 1 END), COUNT(*)
FROM gaps g
WHERE g.opened_at >= $2 AND g.opened_at < $3`

	countReflections = theRecord + `
SELECT COUNT(*), COUNT(*)
FROM open t
JOIN reflections r ON r.thread_id = t.id
JOIN us a ON a.id = r.person_id
WHERE r.shared_at >= $2 AND r.shared_at < $3`

	countQuestions = theRecord + `
SELECT COUNT(*), COUNT(*)` + ofQuestions
	shareAnswered = theRecord + repliedTo + ofQuestions
	medianAnswer  = theRecord + `, listed(v) AS (
  SELECT CASE WHEN MIN(r.created_at) > t.created_at THEN (MIN(r.created_at) - t.created_at) / 1000000 ELSE 0 END
  FROM open t
  JOIN us a ON a.id = t.author_id
  JOIN replies r ON r.thread_id = t.id
  WHERE t.kind = 'question' AND t.created_at >= $2 AND t.created_at < $3 AND r.deleted_at IS NULL AND r.author_id <> t.author_id
  GROUP BY t.id, t.created_at
)` + theMiddle
	shareCross = theRecord + `
SELECT COUNT(CASE WHEN COALESCE(h.unit_id, -1) <> w.unit_id THEN 1 END), COUNT(*)
FROM open t
JOIN replies r ON r.thread_id = t.id
JOIN us a ON a.id = r.author_id
JOIN home w ON w.id = r.author_id
LEFT JOIN home h ON h.id = t.author_id
WHERE r.deleted_at IS NULL AND r.author_id <> t.author_id AND r.created_at >= $2 AND r.created_at < $3`
	shareActive = theRecord + `, active(person_id) AS (
  SELECT t.author_id
  FROM open t
  WHERE t.created_at >= $2 AND t.created_at < $3
  UNION
  SELECT w.person_id
  FROM open t
  JOIN post_authors w ON w.thread_id = t.id
  WHERE t.created_at >= $2 AND t.created_at < $3
  UNION
  SELECT r.author_id
  FROM open t
  JOIN replies r ON r.thread_id = t.id
  WHERE r.deleted_at IS NULL AND r.created_at >= $2 AND r.created_at < $3
)
SELECT COUNT(CASE WHEN a.id IN (SELECT x.person_id FROM active x) THEN 1 END), COUNT(*)
FROM us a
WHERE a.left_at IS NULL`
)

// CountTopic computes how many threads of the open record are about a topic ($2), opened in a month from $3 to $4 by people of
// the home organisation; $1 is 0.
const CountTopic = theRecord + `
SELECT COUNT(*)
FROM open t
JOIN us a ON a.id = t.author_id
JOIN thread_topics h ON h.thread_id = t.id
WHERE h.topic_id = $2 AND t.created_at >= $3 AND t.created_at < $4`
