//! What extensions of PostgreSQL bring: a file that uses one of these comes after the file that creates
//! the extension.
//!
//! The extensions that come with PostgreSQL were read from the catalogue of a PostgreSQL 15 server
//! (November 2026): the types, operator classes and other objects that belong to each, and of its
//! functions those that are meant to be called. The others (PostGIS, pgvector, TimescaleDB, pg_cron and
//! so on) were written from memory and held against no server; a name that is missing here costs an
//! order, and no error.

use crate::definition::UseKind;

/// An extension, with lists of names between blanks.
#[derive(Debug)]
pub(crate) struct Extension {
    pub(crate) name: &'static str,
    /// Extensions that must be there before.
    pub(crate) requires: &'static str,
    types: &'static str,
    /// Functions; a name that ends in `_*` is that of all functions with this beginning.
    functions: &'static str,
    /// Operator classes.
    classes: &'static str,
    /// Schemas.
    schemas: &'static str,
    /// Tables and views.
    relations: &'static str,
    access_methods: &'static str,
    /// Dictionaries and templates of the text search.
    text_search: &'static str,
    /// Foreign data wrappers.
    wrappers: &'static str,
    languages: &'static str,
}

/// The types of extensions that are taken for types that the server has.
pub(crate) const TYPES: &[&str] = &[
    "citext",
    "hstore",
    "ltree",
    "lquery",
    "ltxtquery",
    "cube",
    "seg",
    "geometry",
    "geography",
    "box2d",
    "box3d",
    "raster",
    "vector",
    "halfvec",
    "sparsevec",
    "isbn",
    "issn",
    "ean13",
];

impl Extension {
    /// The extension of this name.
    pub(crate) fn of(name: &str) -> Option<&'static Extension> {
        EXTENSIONS.iter().find(|extension| extension.name == name)
    }

    /// Everything that it brings.
    pub(crate) fn brings(&'static self) -> impl Iterator<Item = (UseKind, &'static str)> {
        let lists = [
            (UseKind::Type, self.types),
            (UseKind::Function, self.functions),
            (UseKind::OperatorClass, self.classes),
            (UseKind::Schema, self.schemas),
            (UseKind::Table, self.relations),
            (UseKind::AccessMethod, self.access_methods),
            (UseKind::TextSearch, self.text_search),
            (UseKind::Wrapper, self.wrappers),
            (UseKind::Language, self.languages),
        ];
        lists
            .into_iter()
            .flat_map(|(kind, names)| names.split_ascii_whitespace().map(move |name| (kind, name)))
    }
}

const NONE: Extension = Extension {
    name: "",
    requires: "",
    types: "",
    functions: "",
    classes: "",
    schemas: "",
    relations: "",
    access_methods: "",
    text_search: "",
    wrappers: "",
    languages: "",
};

const EXTENSIONS: &[Extension] = &[
    Extension {
        name: "adminpack",
        functions: "pg_file_rename pg_file_sync pg_file_unlink pg_file_write pg_logdir_ls",
        ..NONE
    },
    Extension {
        name: "age",
        types: "agtype graphid",
        functions: "create_graph",
        schemas: "ag_catalog",
        ..NONE
    },
    Extension {
        name: "amcheck",
        functions: "bt_index_check bt_index_parent_check verify_heapam",
        ..NONE
    },
    Extension { name: "autoinc", functions: "autoinc", ..NONE },
    Extension { name: "bloom", classes: "int4_ops text_ops", access_methods: "bloom", ..NONE },
    Extension {
        name: "btree_gin",
        classes: "bit_ops bool_ops bpchar_ops bytea_ops char_ops cidr_ops date_ops enum_ops \
            float4_ops float8_ops inet_ops int2_ops int4_ops int8_ops interval_ops \
            macaddr8_ops macaddr_ops money_ops name_ops numeric_ops oid_ops text_ops \
            time_ops timestamp_ops timestamptz_ops timetz_ops uuid_ops varbit_ops \
            varchar_ops",
        ..NONE
    },
    Extension {
        name: "btree_gist",
        types: "gbtreekey16 gbtreekey2 gbtreekey32 gbtreekey4 gbtreekey8 gbtreekey_var",
        classes: "gist_bit_ops gist_bool_ops gist_bpchar_ops gist_bytea_ops gist_cash_ops \
            gist_cidr_ops gist_date_ops gist_enum_ops gist_float4_ops gist_float8_ops \
            gist_inet_ops gist_int2_ops gist_int4_ops gist_int8_ops gist_interval_ops \
            gist_macaddr8_ops gist_macaddr_ops gist_numeric_ops gist_oid_ops gist_text_ops \
            gist_time_ops gist_timestamp_ops gist_timestamptz_ops gist_timetz_ops \
            gist_uuid_ops gist_vbit_ops",
        ..NONE
    },
    Extension {
        name: "citext",
        types: "citext",
        functions: "citext_larger citext_smaller citextsend",
        classes: "citext_ops citext_pattern_ops",
        ..NONE
    },
    Extension {
        name: "citus",
        functions: "alter_distributed_table citus_add_local_table_to_metadata \
            create_distributed_function create_distributed_table create_reference_table \
            run_command_on_workers",
        access_methods: "columnar",
        ..NONE
    },
    Extension { name: "clickhouse_fdw", wrappers: "clickhouse_fdw", ..NONE },
    Extension {
        name: "cube",
        types: "cube",
        functions: "cube cube_dim cube_enlarge cube_inter cube_is_point cube_ll_coord cube_size \
            cube_subset cube_union cube_ur_coord",
        classes: "cube_ops gist_cube_ops",
        ..NONE
    },
    Extension {
        name: "dblink",
        types: "dblink_pkey_results",
        functions: "dblink dblink_build_sql_delete dblink_build_sql_insert dblink_build_sql_update \
            dblink_cancel_query dblink_close dblink_connect dblink_connect_u \
            dblink_current_query dblink_disconnect dblink_error_message dblink_exec \
            dblink_fdw_validator dblink_fetch dblink_get_connections dblink_get_notify \
            dblink_get_pkey dblink_get_result dblink_is_busy dblink_open dblink_send_query",
        wrappers: "dblink_fdw",
        ..NONE
    },
    Extension { name: "dict_int", text_search: "intdict intdict_template", ..NONE },
    Extension { name: "dict_xsyn", text_search: "xsyn xsyn_template", ..NONE },
    Extension {
        name: "earthdistance",
        requires: "cube",
        types: "earth",
        functions: "earth earth_box earth_distance gc_to_sec latitude ll_to_earth longitude \
            sec_to_gc",
        ..NONE
    },
    Extension { name: "file_fdw", functions: "file_fdw_validator", wrappers: "file_fdw", ..NONE },
    Extension { name: "first_last_agg", functions: "first last", ..NONE },
    Extension {
        name: "fuzzystrmatch",
        functions: "difference dmetaphone dmetaphone_alt levenshtein levenshtein_less_equal \
            metaphone soundex text_soundex",
        ..NONE
    },
    Extension { name: "h3", types: "h3index", functions: "h3_*", ..NONE },
    Extension { name: "hll", types: "hll hll_hashval", functions: "hll_*", ..NONE },
    Extension {
        name: "hstore",
        types: "ghstore hstore",
        functions: "akeys avals defined each hstore hstore_to_json_loose hstore_to_jsonb_loose \
            hstore_version_diag isdefined isexists skeys slice svals tconvert",
        classes: "btree_hstore_ops gin_hstore_ops gist_hstore_ops hash_hstore_ops",
        ..NONE
    },
    Extension {
        name: "http",
        types: "http_header http_method http_request http_response",
        functions: "http http_delete http_get http_header http_post http_put urlencode",
        ..NONE
    },
    Extension { name: "insert_username", functions: "insert_username", ..NONE },
    Extension { name: "intagg", functions: "int_array_aggregate int_array_enum", ..NONE },
    Extension {
        name: "intarray",
        types: "intbig_gkey query_int",
        functions: "_int_different _int_same intset sort sort_asc sort_desc subarray uniq",
        classes: "gin__int_ops gist__int_ops gist__intbig_ops",
        ..NONE
    },
    Extension { name: "ip4r", types: "ip4 ip4r ip6 ip6r ipaddress iprange", ..NONE },
    Extension {
        name: "isn",
        types: "ean13 isbn isbn13 ismn ismn13 issn issn13 upc",
        functions: "is_valid isn_weak make_valid",
        classes: "ean13_ops isbn13_ops isbn_ops ismn13_ops ismn_ops issn13_ops issn_ops upc_ops",
        ..NONE
    },
    Extension { name: "lo", types: "lo", functions: "lo_manage lo_oid", ..NONE },
    Extension {
        name: "ltree",
        types: "lquery ltree ltree_gist ltxtquery",
        functions: "index lca ltree2text nlevel subltree subpath text2ltree",
        classes: "gist__ltree_ops gist_ltree_ops ltree_ops",
        ..NONE
    },
    Extension { name: "moddatetime", functions: "moddatetime", ..NONE },
    Extension { name: "mongo_fdw", wrappers: "mongo_fdw", ..NONE },
    Extension { name: "mysql_fdw", wrappers: "mysql_fdw", ..NONE },
    Extension { name: "old_snapshot", functions: "pg_old_snapshot_time_mapping", ..NONE },
    Extension { name: "oracle_fdw", wrappers: "oracle_fdw", ..NONE },
    Extension {
        name: "pageinspect",
        functions: "brin_metapage_info brin_page_items brin_page_type brin_revmap_data bt_metap \
            bt_page_items bt_page_stats fsm_page_contents get_raw_page gin_leafpage_items \
            gin_metapage_info gin_page_opaque_info gist_page_items gist_page_items_bytea \
            gist_page_opaque_info hash_bitmap_info hash_metapage_info hash_page_items \
            hash_page_stats hash_page_type heap_page_item_attrs heap_page_items \
            heap_tuple_infomask_flags page_checksum page_header tuple_data_split",
        ..NONE
    },
    Extension { name: "parquet_s3_fdw", wrappers: "parquet_s3_fdw", ..NONE },
    Extension { name: "periods", schemas: "periods", ..NONE },
    Extension {
        name: "pg_bigm",
        functions: "bigm_similarity likequery show_bigm",
        classes: "gin_bigm_ops",
        ..NONE
    },
    Extension {
        name: "pg_buffercache",
        functions: "pg_buffercache_pages",
        relations: "pg_buffercache",
        ..NONE
    },
    Extension { name: "pg_cron", schemas: "cron", ..NONE },
    Extension { name: "pg_freespacemap", functions: "pg_freespace", ..NONE },
    Extension { name: "pg_hashids", functions: "id_decode id_decode_once id_encode", ..NONE },
    Extension {
        name: "pg_jsonschema",
        functions: "json_matches_schema jsonb_matches_schema jsonschema_is_valid",
        ..NONE
    },
    Extension { name: "pg_net", schemas: "net", ..NONE },
    Extension { name: "pg_partman", functions: "create_parent", schemas: "partman", ..NONE },
    Extension {
        name: "pg_prewarm",
        functions: "autoprewarm_dump_now autoprewarm_start_worker pg_prewarm",
        ..NONE
    },
    Extension {
        name: "pg_stat_statements",
        relations: "pg_stat_statements pg_stat_statements_info",
        ..NONE
    },
    Extension { name: "pg_surgery", functions: "heap_force_freeze heap_force_kill", ..NONE },
    Extension {
        name: "pg_trgm",
        types: "gtrgm",
        functions: "set_limit show_limit show_trgm similarity strict_word_similarity \
            word_similarity",
        classes: "gin_trgm_ops gist_trgm_ops",
        ..NONE
    },
    Extension {
        name: "pg_uuidv7",
        functions: "uuid_generate_v7 uuid_timestamptz_to_v7 uuid_v7_to_timestamptz",
        ..NONE
    },
    Extension {
        name: "pg_visibility",
        functions: "pg_check_frozen pg_check_visible pg_truncate_visibility_map pg_visibility \
            pg_visibility_map pg_visibility_map_summary",
        ..NONE
    },
    Extension {
        name: "pg_walinspect",
        functions: "pg_get_wal_record_info pg_get_wal_records_info \
            pg_get_wal_records_info_till_end_of_wal pg_get_wal_stats \
            pg_get_wal_stats_till_end_of_wal",
        ..NONE
    },
    Extension {
        name: "pgcrypto",
        functions: "armor crypt dearmor decrypt decrypt_iv digest encrypt encrypt_iv \
            gen_random_bytes gen_salt hmac pgp_armor_headers pgp_key_id pgp_pub_decrypt \
            pgp_pub_decrypt_bytea pgp_pub_encrypt pgp_pub_encrypt_bytea pgp_sym_decrypt \
            pgp_sym_decrypt_bytea pgp_sym_encrypt pgp_sym_encrypt_bytea",
        ..NONE
    },
    Extension {
        name: "pgjwt",
        requires: "pgcrypto",
        functions: "sign url_decode url_encode verify",
        ..NONE
    },
    Extension { name: "pgmq", schemas: "pgmq", ..NONE },
    Extension {
        name: "pgroonga",
        classes: "pgroonga_text_full_text_search_ops_v2 pgroonga_varchar_full_text_search_ops_v2",
        access_methods: "pgroonga",
        ..NONE
    },
    Extension { name: "pgrouting", requires: "postgis", functions: "pgr_*", ..NONE },
    Extension { name: "pgrowlocks", functions: "pgrowlocks", ..NONE },
    Extension { name: "pgsodium", schemas: "pgsodium", ..NONE },
    Extension {
        name: "pgstattuple",
        functions: "pg_relpages pgstatginindex pgstathashindex pgstatindex pgstattuple \
            pgstattuple_approx",
        ..NONE
    },
    Extension { name: "pgx_ulid", types: "ulid", functions: "gen_ulid", ..NONE },
    Extension { name: "pljava", languages: "java javau", ..NONE },
    Extension { name: "pllua", languages: "pllua", ..NONE },
    Extension { name: "plperl", languages: "plperl", ..NONE },
    Extension { name: "plperlu", languages: "plperlu", ..NONE },
    Extension { name: "plpython3u", languages: "plpython3u", ..NONE },
    Extension { name: "plr", languages: "plr", ..NONE },
    Extension { name: "plrust", languages: "plrust", ..NONE },
    Extension { name: "pltcl", languages: "pltcl", ..NONE },
    Extension { name: "pltclu", languages: "pltclu", ..NONE },
    Extension { name: "plv8", languages: "plv8", ..NONE },
    Extension {
        name: "postgis",
        types: "box2d box3d geography geometry geometry_dump spheroid valid_detail",
        functions: "addgeometrycolumn dropgeometrycolumn find_srid populate_geometry_columns \
            postgis_* st_* updategeometrysrid",
        classes: "brin_geography_inclusion_ops brin_geometry_inclusion_ops_2d \
            brin_geometry_inclusion_ops_3d brin_geometry_inclusion_ops_4d \
            gist_geography_ops gist_geometry_ops_2d gist_geometry_ops_nd \
            spgist_geography_ops_nd spgist_geometry_ops_2d spgist_geometry_ops_3d \
            spgist_geometry_ops_nd",
        relations: "geography_columns geometry_columns spatial_ref_sys",
        ..NONE
    },
    Extension {
        name: "postgis_raster",
        requires: "postgis",
        types: "raster",
        relations: "raster_columns",
        ..NONE
    },
    Extension {
        name: "postgis_tiger_geocoder",
        requires: "fuzzystrmatch postgis",
        schemas: "tiger tiger_data",
        ..NONE
    },
    Extension {
        name: "postgis_topology",
        requires: "postgis",
        types: "topogeometry",
        schemas: "topology",
        ..NONE
    },
    Extension {
        name: "postgres_fdw",
        functions: "postgres_fdw_disconnect postgres_fdw_disconnect_all \
            postgres_fdw_get_connections postgres_fdw_validator",
        wrappers: "postgres_fdw",
        ..NONE
    },
    Extension { name: "prefix", types: "prefix_range", classes: "gist_prefix_range_ops", ..NONE },
    Extension { name: "redis_fdw", wrappers: "redis_fdw", ..NONE },
    Extension { name: "refint", functions: "check_foreign_key check_primary_key", ..NONE },
    Extension { name: "roaringbitmap", types: "roaringbitmap", functions: "rb_*", ..NONE },
    Extension {
        name: "rum",
        classes: "rum_anyarray_ops rum_tsvector_addon_ops rum_tsvector_hash_ops rum_tsvector_ops",
        access_methods: "rum",
        ..NONE
    },
    Extension {
        name: "seg",
        types: "seg",
        functions: "seg_center seg_inter seg_lower seg_size seg_union seg_upper",
        classes: "gist_seg_ops seg_ops",
        ..NONE
    },
    Extension { name: "semver", types: "semver semverrange", ..NONE },
    Extension { name: "sqlite_fdw", wrappers: "sqlite_fdw", ..NONE },
    Extension {
        name: "sslinfo",
        functions: "ssl_cipher ssl_client_cert_present ssl_client_dn ssl_client_dn_field \
            ssl_client_serial ssl_extension_info ssl_is_used ssl_issuer_dn \
            ssl_issuer_field ssl_version",
        ..NONE
    },
    Extension { name: "supabase_vault", schemas: "vault", ..NONE },
    Extension {
        name: "tablefunc",
        types: "tablefunc_crosstab_2 tablefunc_crosstab_3 tablefunc_crosstab_4",
        functions: "connectby crosstab crosstab2 crosstab3 crosstab4 normal_rand",
        ..NONE
    },
    Extension { name: "tcn", functions: "triggered_change_notification", ..NONE },
    Extension { name: "tds_fdw", wrappers: "tds_fdw", ..NONE },
    Extension { name: "temporal_tables", functions: "versioning", ..NONE },
    Extension {
        name: "timescaledb",
        functions: "add_columnstore_policy add_compression_policy add_continuous_aggregate_policy \
            add_dimension add_job add_reorder_policy add_retention_policy \
            approximate_row_count attach_tablespace by_hash by_range compress_chunk \
            create_distributed_hypertable create_hypertable drop_chunks histogram \
            remove_compression_policy remove_retention_policy set_chunk_time_interval \
            set_integer_now_func show_chunks time_bucket time_bucket_gapfill",
        schemas: "timescaledb_information",
        ..NONE
    },
    Extension { name: "ulid", types: "ulid", functions: "gen_ulid", ..NONE },
    Extension { name: "unaccent", functions: "unaccent", text_search: "unaccent", ..NONE },
    Extension {
        name: "uuid-ossp",
        functions: "uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 \
            uuid_generate_v5 uuid_nil uuid_ns_dns uuid_ns_oid uuid_ns_url uuid_ns_x500",
        ..NONE
    },
    Extension {
        name: "vector",
        types: "halfvec sparsevec vector",
        functions: "binary_quantize cosine_distance hamming_distance inner_product \
            jaccard_distance l1_distance l2_distance l2_normalize subvector vector_dims \
            vector_norm",
        classes: "bit_hamming_ops bit_jaccard_ops halfvec_cosine_ops halfvec_ip_ops \
            halfvec_l1_ops halfvec_l2_ops sparsevec_cosine_ops sparsevec_ip_ops \
            sparsevec_l1_ops sparsevec_l2_ops vector_cosine_ops vector_ip_ops \
            vector_l1_ops vector_l2_ops",
        access_methods: "hnsw ivfflat",
        ..NONE
    },
    Extension { name: "vectorscale", requires: "vector", access_methods: "diskann", ..NONE },
    Extension {
        name: "xml2",
        functions: "xml_encode_special_chars xml_valid xpath_bool xpath_list xpath_nodeset \
            xpath_number xpath_string xpath_table xslt_process",
        ..NONE
    },
    Extension { name: "zhparser", text_search: "zhparser", ..NONE },
];
