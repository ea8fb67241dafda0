-- stats.db as version 1 of the schema leaves it, with one job of each kind of request in it.
-- Never edited: later versions must bring such a file up to date.
PRAGMA application_id = 1701016179;
PRAGMA user_version = 1;
CREATE TABLE job(
  id TEXT NOT NULL PRIMARY KEY,
  provider TEXT, server TEXT, project TEXT, pipeline TEXT, run TEXT, attempt TEXT, name TEXT,
  key TEXT, ref TEXT, commit_sha TEXT, url TEXT, runner TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  status TEXT NOT NULL CHECK (status IN ('open', 'success', 'failure', 'cancelled', 'unknown'))
) STRICT;
CREATE INDEX job_by_start ON job(started_at);

CREATE TABLE image(
  id INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL, registry TEXT NOT NULL, repository TEXT NOT NULL,
  reference TEXT NOT NULL, digest TEXT NOT NULL,
  last_at INTEGER NOT NULL,
  UNIQUE (job_id, registry, repository, reference, digest)
) STRICT;

CREATE TABLE image_blob(
  manifest TEXT NOT NULL, blob TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('config', 'layer')),
  size INTEGER NOT NULL,
  PRIMARY KEY (manifest, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_blob_by_blob ON image_blob(blob);

CREATE TABLE image_child(
  parent TEXT NOT NULL, child TEXT NOT NULL,
  PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_child_by_child ON image_child(child);

CREATE TABLE request(
  id INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('manifest', 'blob', 'tags', 'referrers')),
  registry TEXT NOT NULL, repository TEXT NOT NULL, reference TEXT NOT NULL,
  digest TEXT,
  method TEXT NOT NULL,
  status INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN
    ('hit', 'revalidated', 'joined', 'miss', 'stale', 'declined', 'error')),
  origin TEXT CHECK (origin IN ('store', 'ecr', 'upstream')),
  ecr_cache TEXT CHECK (ecr_cache IN ('hit', 'import', 'unknown')),
  reason TEXT,
  detail TEXT,
  bytes_served INTEGER NOT NULL,
  bytes_fetched INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  first_byte_us INTEGER NOT NULL,
  client TEXT,
  image_id INTEGER
) STRICT;
CREATE INDEX request_by_job ON request(job_id);
CREATE INDEX request_by_time ON request(at);
CREATE INDEX request_by_image ON request(image_id) WHERE image_id IS NOT NULL;
CREATE INDEX request_without_image ON request(job_id) WHERE kind = 'blob' AND image_id IS NULL;

CREATE TABLE prefetch(
  job_id TEXT NOT NULL, digest TEXT NOT NULL,
  bytes_fetched INTEGER NOT NULL,
  PRIMARY KEY (job_id, digest)
) STRICT, WITHOUT ROWID;

CREATE VIEW job_summary AS
SELECT j.*,
  count(r.id) AS requests,
  count(*) FILTER (WHERE r.outcome = 'hit') AS hit,
  count(*) FILTER (WHERE r.outcome = 'revalidated') AS revalidated,
  count(*) FILTER (WHERE r.outcome = 'joined') AS joined,
  count(*) FILTER (WHERE r.outcome = 'miss') AS miss,
  count(*) FILTER (WHERE r.outcome = 'stale') AS stale,
  count(*) FILTER (WHERE r.outcome = 'declined') AS declined,
  count(*) FILTER (WHERE r.outcome = 'error') AS error,
  coalesce(sum(r.bytes_served), 0) AS bytes_served,
  coalesce(sum(r.bytes_fetched), 0) AS bytes_fetched,
  (SELECT coalesce(sum(p.bytes_fetched), 0) FROM prefetch p
    WHERE p.job_id = j.id AND p.digest NOT IN (
      SELECT b.reference FROM request b WHERE b.job_id = j.id AND b.kind = 'blob')
  ) AS bytes_prefetched_unused,
  1.0 * count(*) FILTER (WHERE r.outcome IN ('hit', 'revalidated', 'joined', 'stale'))
    / nullif(count(*) FILTER (WHERE r.outcome <> 'declined'), 0) AS hit_ratio,
  1.0 - 1.0 * sum(r.bytes_fetched) / nullif(sum(r.bytes_served), 0) AS byte_hit_ratio
FROM job j LEFT JOIN request r ON r.job_id = j.id
GROUP BY j.id;

CREATE VIEW image_summary AS
SELECT i.job_id, i.registry, i.repository, i.reference, i.digest,
  (SELECT min(r.at) FROM request r WHERE r.image_id = i.id) AS first_at,
  (SELECT r.outcome FROM request r WHERE r.image_id = i.id AND r.kind = 'manifest'
    ORDER BY CASE r.outcome WHEN 'error' THEN 7 WHEN 'declined' THEN 6 WHEN 'miss' THEN 5
      WHEN 'joined' THEN 4 WHEN 'stale' THEN 3 WHEN 'revalidated' THEN 2 ELSE 1 END DESC
    LIMIT 1) AS outcome,
  (SELECT w.ecr_cache FROM (
    SELECT r.ecr_cache, EXISTS (SELECT 1 FROM image_child c
      WHERE c.parent = i.digest AND c.child = r.digest) AS is_child
    FROM request r
    WHERE r.image_id = i.id AND r.kind = 'manifest' AND r.ecr_cache IS NOT NULL) w
    ORDER BY w.is_child DESC,
      CASE w.ecr_cache WHEN 'import' THEN 3 WHEN 'hit' THEN 2 ELSE 1 END DESC
    LIMIT 1) AS ecr_cache,
  (SELECT count(DISTINCT r.reference) FROM request r
    WHERE r.image_id = i.id AND r.kind = 'blob' AND EXISTS (
      SELECT 1 FROM image_blob b WHERE b.blob = r.reference AND b.role = 'layer')) AS layers,
  (SELECT count(*) FROM (
    SELECT 1 FROM request r
    WHERE r.image_id = i.id AND r.kind = 'blob' AND EXISTS (
      SELECT 1 FROM image_blob b WHERE b.blob = r.reference AND b.role = 'layer')
    GROUP BY r.reference HAVING min(r.outcome IN ('hit', 'stale')) = 1)) AS layers_from_store,
  (SELECT sum(r.bytes_served) FROM request r WHERE r.image_id = i.id) AS bytes,
  (SELECT sum(r.bytes_fetched) FROM request r WHERE r.image_id = i.id) AS bytes_fetched,
  (SELECT sum(max(0, s.until - max(s.at, coalesce(s.busy_until, s.at)))) FROM (
    SELECT r.at, r.at + r.duration_us AS until,
      max(r.at + r.duration_us) OVER (ORDER BY r.at, r.id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
    FROM request r WHERE r.image_id = i.id) s) AS duration_us
FROM image i;

INSERT INTO job VALUES('github-77-1-build-0a1b2c3d', 'github', 'https://github.com', 'octo/app', 'CI', '77', '1', 'build', 'linux', 'refs/heads/main', 'abc123', 'https://github.com/octo/app/actions/runs/77/attempts/1', 'runner-1', 1764000000000000, 1764000060000000, 'success');
INSERT INTO job VALUES('local-older', 'local', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'box', 1763913600000000, NULL, 'open');
INSERT INTO image VALUES(1, 'github-77-1-build-0a1b2c3d', 'docker.io', 'library/node', '20', 'sha256:1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6', 1764000000001000);
INSERT INTO image VALUES(2, 'github-77-1-build-0a1b2c3d', 'quay.io', 'org/tool', 'latest', '', 1764000000009000);
INSERT INTO image_child VALUES('sha256:1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6', 'sha256:5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51');
INSERT INTO image_blob VALUES('sha256:5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51', 'sha256:b79606fb3afea5bd1609ed40b622142f1c98125abcfe89a76a661b0e8e343910', 'config', 1000);
INSERT INTO image_blob VALUES('sha256:5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51', 'sha256:77ea7eee3d80b1a38f83906dd3048e2689457eb90e18a7d12f839c5ae37106a2', 'layer', 5000000);
INSERT INTO image_blob VALUES('sha256:5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51', 'sha256:95cf1a2e1698fe3ca1fcc3f653119146b271d0b62e487ec264441e886a11bd06', 'layer', 7000000);
INSERT INTO request VALUES(1, 'github-77-1-build-0a1b2c3d', 1764000000001000, 'manifest', 'docker.io', 'library/node', '20', 'sha256:1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6', 'HEAD', 200, 'miss', 'ecr', 'import', 'cold', NULL, 0, 1200, 90000, 89000, 'containerd/1.7.12', 1);
INSERT INTO request VALUES(2, 'github-77-1-build-0a1b2c3d', 1764000000200000, 'manifest', 'docker.io', 'library/node', 'sha256:5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51', 'sha256:5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51', 'GET', 200, 'miss', 'ecr', 'import', 'cold', NULL, 1700, 1700, 40000, 39000, 'containerd/1.7.12', 1);
INSERT INTO request VALUES(3, 'github-77-1-build-0a1b2c3d', 1764000000300000, 'blob', 'docker.io', 'library/node', 'sha256:b79606fb3afea5bd1609ed40b622142f1c98125abcfe89a76a661b0e8e343910', 'sha256:b79606fb3afea5bd1609ed40b622142f1c98125abcfe89a76a661b0e8e343910', 'GET', 200, 'hit', 'store', NULL, NULL, NULL, 1000, 0, 500, 300, 'containerd/1.7.12', 1);
INSERT INTO request VALUES(4, 'github-77-1-build-0a1b2c3d', 1764000000300000, 'blob', 'docker.io', 'library/node', 'sha256:77ea7eee3d80b1a38f83906dd3048e2689457eb90e18a7d12f839c5ae37106a2', 'sha256:77ea7eee3d80b1a38f83906dd3048e2689457eb90e18a7d12f839c5ae37106a2', 'GET', 200, 'miss', 'ecr', NULL, 'evicted', NULL, 5000000, 5000000, 400000, 20000, 'containerd/1.7.12', 1);
INSERT INTO request VALUES(5, 'github-77-1-build-0a1b2c3d', 1764000000310000, 'blob', 'docker.io', 'library/node', 'sha256:95cf1a2e1698fe3ca1fcc3f653119146b271d0b62e487ec264441e886a11bd06', 'sha256:95cf1a2e1698fe3ca1fcc3f653119146b271d0b62e487ec264441e886a11bd06', 'GET', 200, 'joined', 'ecr', NULL, NULL, NULL, 7000000, 0, 500000, 100, 'containerd/1.7.12', 1);
INSERT INTO request VALUES(6, 'github-77-1-build-0a1b2c3d', 1764000002000000, 'manifest', 'docker.io', 'library/node', '20', 'sha256:1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6', 'HEAD', 200, 'revalidated', 'store', 'hit', NULL, NULL, 0, 0, 30000, 29000, 'containerd/1.7.12', 1);
INSERT INTO request VALUES(7, 'github-77-1-build-0a1b2c3d', 1764000003000000, 'manifest', 'docker.io', 'library/node', '20', 'sha256:1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6', 'HEAD', 200, 'stale', 'store', NULL, 'ecr-throttled', 'ecr-throttled: 429 from ECR', 0, 0, 30000, 29000, 'containerd/1.7.12', 1);
INSERT INTO request VALUES(8, 'github-77-1-build-0a1b2c3d', 1764000004000000, 'manifest', 'quay.io', 'org/tool', 'latest', NULL, 'HEAD', 404, 'declined', NULL, NULL, 'no-rule', NULL, 0, 0, 300, 300, 'containerd/1.7.12', 2);
INSERT INTO request VALUES(9, 'github-77-1-build-0a1b2c3d', 1764000005000000, 'tags', 'docker.io', 'library/node', '', NULL, 'GET', 503, 'error', NULL, NULL, 'upstream-throttled', NULL, 0, 0, 900, 900, 'crane/0.20', NULL);
INSERT INTO request VALUES(10, 'local-older', 1763913600000005, 'blob', 'ghcr.io', 'x/y', 'sha256:594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b06', 'sha256:594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b06', 'GET', 200, 'miss', 'upstream', NULL, 'cold', 'ecr-denied: ecr:BatchImportUpstreamImage is not allowed', 10, 20, 900, 900, 'skopeo/1.9', NULL);
INSERT INTO prefetch VALUES('github-77-1-build-0a1b2c3d', 'sha256:d20d2ac094e19c514cf5d6561674843d55f21e1a8ea6c70f8226b2c6873164a0', 4096);
