//! Which tables does the catalogue have? Those of PostgreSQL 15 that clients ask for, with their
//! columns and types; most of them hold nothing, since there is nothing of their kind.

/// A table: its schema, its name, and its columns with their types.
pub(super) type Table = (&'static str, &'static str, &'static str);

/// The schema of the catalogue.
pub(super) const PG: &str = "pg_catalog";
/// The schema that the standard of SQL names.
pub(super) const STANDARD: &str = "information_schema";

/// All tables.
pub(super) const TABLES: &[Table] = &[
    (PG, "pg_namespace", "oid oid, nspname name, nspowner oid, nspacl _text"),
    (
        PG,
        "pg_class",
        "oid oid, relname name, relnamespace oid, reltype oid, reloftype oid, relowner oid, \
         relam oid, relfilenode oid, reltablespace oid, relpages int4, reltuples float4, \
         relallvisible int4, reltoastrelid oid, relhasindex bool, relisshared bool, \
         relpersistence char, relkind char, relnatts int2, relchecks int2, relhasrules bool, \
         relhastriggers bool, relhassubclass bool, relrowsecurity bool, \
         relforcerowsecurity bool, relispopulated bool, relreplident char, relispartition bool, \
         relrewrite oid, relfrozenxid oid, relminmxid oid, relacl _text, reloptions _text, \
         relpartbound text",
    ),
    (
        PG,
        "pg_attribute",
        "attrelid oid, attname name, atttypid oid, attstattarget int4, attlen int2, attnum int2, \
         attndims int4, attcacheoff int4, atttypmod int4, attbyval bool, attalign char, \
         attstorage char, attcompression char, attnotnull bool, atthasdef bool, \
         atthasmissing bool, attidentity char, attgenerated char, attisdropped bool, \
         attislocal bool, attinhcount int4, attcollation oid, attacl _text, attoptions _text, \
         attfdwoptions _text, attmissingval text",
    ),
    (
        PG,
        "pg_type",
        "oid oid, typname name, typnamespace oid, typowner oid, typlen int2, typbyval bool, \
         typtype char, typcategory char, typispreferred bool, typisdefined bool, typdelim char, \
         typrelid oid, typsubscript regproc, typelem oid, typarray oid, typinput regproc, \
         typoutput regproc, typreceive regproc, typsend regproc, typmodin regproc, \
         typmodout regproc, typanalyze regproc, typalign char, typstorage char, typnotnull bool, \
         typbasetype oid, typtypmod int4, typndims int4, typcollation oid, typdefaultbin text, \
         typdefault text, typacl _text",
    ),
    (
        PG,
        "pg_index",
        "indexrelid oid, indrelid oid, indnatts int2, indnkeyatts int2, indisunique bool, \
         indnullsnotdistinct bool, indisprimary bool, indisexclusion bool, indimmediate bool, \
         indisclustered bool, indisvalid bool, indcheckxmin bool, indisready bool, \
         indislive bool, indisreplident bool, indkey _int2, indcollation _oid, indclass _oid, \
         indoption _int2, indexprs text, indpred text",
    ),
    (
        PG,
        "pg_constraint",
        "oid oid, conname name, connamespace oid, contype char, condeferrable bool, \
         condeferred bool, convalidated bool, conrelid oid, contypid oid, conindid oid, \
         conparentid oid, confrelid oid, confupdtype char, confdeltype char, confmatchtype char, \
         conislocal bool, coninhcount int4, connoinherit bool, conkey _int2, confkey _int2, \
         conpfeqop _oid, conppeqop _oid, conffeqop _oid, confdelsetcols _int2, conexclop _oid, \
         conbin text",
    ),
    (PG, "pg_description", "objoid oid, classoid oid, objsubid int4, description text"),
    (PG, "pg_shdescription", "objoid oid, classoid oid, description text"),
    (PG, "pg_attrdef", "oid oid, adrelid oid, adnum int2, adbin text"),
    (
        PG,
        "pg_database",
        "oid oid, datname name, datdba oid, encoding int4, datlocprovider char, \
         datistemplate bool, datallowconn bool, datconnlimit int4, datfrozenxid oid, \
         datminmxid oid, dattablespace oid, datcollate text, datctype text, daticulocale text, \
         datcollversion text, datacl _text",
    ),
    (
        PG,
        "pg_roles",
        "rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, rolcreatedb bool, \
         rolcanlogin bool, rolreplication bool, rolconnlimit int4, rolpassword text, \
         rolvaliduntil text, rolbypassrls bool, rolconfig _text, oid oid",
    ),
    (
        PG,
        "pg_authid",
        "oid oid, rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, \
         rolcreatedb bool, rolcanlogin bool, rolreplication bool, rolbypassrls bool, \
         rolconnlimit int4, rolvaliduntil text",
    ),
    (
        PG,
        "pg_user",
        "usename name, usesysid oid, usecreatedb bool, usesuper bool, userepl bool, \
         usebypassrls bool, passwd text, valuntil text, useconfig _text",
    ),
    (PG, "pg_group", "groname name, grosysid oid, grolist _oid"),
    (PG, "pg_auth_members", "roleid oid, member oid, grantor oid, admin_option bool"),
    (
        PG,
        "pg_settings",
        "name text, setting text, unit text, category text, short_desc text, extra_desc text, \
         context text, vartype text, source text, min_val text, max_val text, enumvals _text, \
         boot_val text, reset_val text, sourcefile text, sourceline int4, pending_restart bool",
    ),
    (PG, "pg_am", "oid oid, amname name, amhandler regproc, amtype char"),
    (
        PG,
        "pg_tables",
        "schemaname name, tablename name, tableowner name, tablespace name, hasindexes bool, \
         hasrules bool, hastriggers bool, rowsecurity bool",
    ),
    (PG, "pg_views", "schemaname name, viewname name, viewowner name, definition text"),
    (
        PG,
        "pg_matviews",
        "schemaname name, matviewname name, matviewowner name, tablespace name, hasindexes bool, \
         ispopulated bool, definition text",
    ),
    (
        PG,
        "pg_indexes",
        "schemaname name, tablename name, indexname name, tablespace name, indexdef text",
    ),
    (
        PG,
        "pg_sequences",
        "schemaname name, sequencename name, sequenceowner name, data_type regtype, \
         start_value int8, min_value int8, max_value int8, increment_by int8, cycle bool, \
         cache_size int8, last_value int8",
    ),
    (
        PG,
        "pg_sequence",
        "seqrelid oid, seqtypid oid, seqstart int8, seqincrement int8, seqmax int8, seqmin int8, \
         seqcache int8, seqcycle bool",
    ),
    (PG, "pg_enum", "oid oid, enumtypid oid, enumsortorder float4, enumlabel name"),
    (
        PG,
        "pg_range",
        "rngtypid oid, rngsubtype oid, rngmultitypid oid, rngcollation oid, rngsubopc oid, \
         rngcanonical regproc, rngsubdiff regproc",
    ),
    (
        PG,
        "pg_collation",
        "oid oid, collname name, collnamespace oid, collowner oid, collprovider char, \
         collisdeterministic bool, collencoding int4, collcollate text, collctype text, \
         colliculocale text, collversion text",
    ),
    (PG, "pg_inherits", "inhrelid oid, inhparent oid, inhseqno int4, inhdetachpending bool"),
    (
        PG,
        "pg_partitioned_table",
        "partrelid oid, partstrat char, partnatts int2, partdefid oid, partattrs _int2, \
         partclass _oid, partcollation _oid, partexprs text",
    ),
    (
        PG,
        "pg_policy",
        "oid oid, polname name, polrelid oid, polcmd char, polpermissive bool, polroles _oid, \
         polqual text, polwithcheck text",
    ),
    (
        PG,
        "pg_policies",
        "schemaname name, tablename name, policyname name, permissive text, roles _text, \
         cmd text, qual text, with_check text",
    ),
    (
        PG,
        "pg_publication",
        "oid oid, pubname name, pubowner oid, puballtables bool, pubinsert bool, pubupdate bool, \
         pubdelete bool, pubtruncate bool, pubviaroot bool",
    ),
    (PG, "pg_publication_rel", "oid oid, prpubid oid, prrelid oid, prqual text, prattrs _int2"),
    (PG, "pg_publication_namespace", "oid oid, pnpubid oid, pnnspid oid"),
    (
        PG,
        "pg_publication_tables",
        "pubname name, schemaname name, tablename name, attnames _text, rowfilter text",
    ),
    (PG, "pg_subscription", "oid oid, subdbid oid, subname name, subowner oid, subenabled bool"),
    (
        PG,
        "pg_statistic_ext",
        "oid oid, stxrelid oid, stxname name, stxnamespace oid, stxowner oid, \
         stxstattarget int4, stxkeys _int2, stxkind _text, stxexprs text",
    ),
    (
        PG,
        "pg_trigger",
        "oid oid, tgrelid oid, tgparentid oid, tgname name, tgfoid oid, tgtype int2, \
         tgenabled char, tgisinternal bool, tgconstrrelid oid, tgconstrindid oid, \
         tgconstraint oid, tgdeferrable bool, tginitdeferred bool, tgnargs int2, tgattr _int2, \
         tgargs text, tgqual text, tgoldtable name, tgnewtable name",
    ),
    (
        PG,
        "pg_event_trigger",
        "oid oid, evtname name, evtevent name, evtowner oid, evtfoid oid, evtenabled char, \
         evttags _text",
    ),
    (
        PG,
        "pg_rewrite",
        "oid oid, rulename name, ev_class oid, ev_type char, ev_enabled char, is_instead bool, \
         ev_qual text, ev_action text",
    ),
    (PG, "pg_rules", "schemaname name, tablename name, rulename name, definition text"),
    (PG, "pg_foreign_table", "ftrelid oid, ftserver oid, ftoptions _text"),
    (
        PG,
        "pg_foreign_server",
        "oid oid, srvname name, srvowner oid, srvfdw oid, srvtype text, srvversion text, \
         srvacl _text, srvoptions _text",
    ),
    (
        PG,
        "pg_foreign_data_wrapper",
        "oid oid, fdwname name, fdwowner oid, fdwhandler oid, fdwvalidator oid, fdwacl _text, \
         fdwoptions _text",
    ),
    (
        PG,
        "pg_proc",
        "oid oid, proname name, pronamespace oid, proowner oid, prolang oid, procost float4, \
         prorows float4, provariadic oid, prosupport regproc, prokind char, prosecdef bool, \
         proleakproof bool, proisstrict bool, proretset bool, provolatile char, \
         proparallel char, pronargs int2, pronargdefaults int2, prorettype oid, \
         proargtypes _oid, proallargtypes _oid, proargmodes _text, proargnames _text, \
         proargdefaults text, protrftypes _oid, prosrc text, probin text, prosqlbody text, \
         proconfig _text, proacl _text",
    ),
    (
        PG,
        "pg_aggregate",
        "aggfnoid oid, aggkind char, aggnumdirectargs int2, aggtransfn oid, aggfinalfn oid",
    ),
    (
        PG,
        "pg_language",
        "oid oid, lanname name, lanowner oid, lanispl bool, lanpltrusted bool, \
         lanplcallfoid oid, laninline oid, lanvalidator oid, lanacl _text",
    ),
    (
        PG,
        "pg_operator",
        "oid oid, oprname name, oprnamespace oid, oprowner oid, oprkind char, oprleft oid, \
         oprright oid, oprresult oid, oprcode oid",
    ),
    (
        PG,
        "pg_opclass",
        "oid oid, opcmethod oid, opcname name, opcnamespace oid, opcowner oid, opcfamily oid, \
         opcintype oid, opcdefault bool, opckeytype oid",
    ),
    (PG, "pg_cast", "oid oid, castsource oid, casttarget oid, castfunc oid, castcontext char"),
    (
        PG,
        "pg_depend",
        "classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid, refobjsubid int4, \
         deptype char",
    ),
    (
        PG,
        "pg_extension",
        "oid oid, extname name, extowner oid, extnamespace oid, extrelocatable bool, \
         extversion text, extconfig _oid, extcondition _text",
    ),
    (
        PG,
        "pg_available_extensions",
        "name name, default_version text, installed_version text, comment text",
    ),
    (PG, "pg_tablespace", "oid oid, spcname name, spcowner oid, spcacl _text, spcoptions _text"),
    (PG, "pg_default_acl", "oid oid, defaclrole oid, defaclnamespace oid, defaclobjtype char"),
    (PG, "pg_seclabels", "objoid oid, classoid oid, objsubid int4, provider text, label text"),
    (PG, "pg_timezone_names", "name text, abbrev text, utc_offset text, is_dst bool"),
    (
        PG,
        "pg_locks",
        "locktype text, database oid, relation oid, pid int4, mode text, granted bool",
    ),
    (
        PG,
        "pg_prepared_xacts",
        "transaction oid, gid text, prepared text, owner name, database name",
    ),
    (
        PG,
        "pg_stat_activity",
        "datid oid, datname name, pid int4, usesysid oid, usename name, application_name text, \
         client_addr text, backend_start text, xact_start text, query_start text, state text, \
         query text, backend_type text",
    ),
    (
        PG,
        "pg_stat_user_tables",
        "relid oid, schemaname name, relname name, seq_scan int8, n_live_tup int8, \
         n_dead_tup int8, last_vacuum text, last_analyze text",
    ),
    (
        PG,
        "pg_stat_all_tables",
        "relid oid, schemaname name, relname name, seq_scan int8, n_live_tup int8",
    ),
    (
        PG,
        "pg_stat_database",
        "datid oid, datname name, numbackends int4, xact_commit int8, xact_rollback int8",
    ),
    (
        PG,
        "pg_stats",
        "schemaname name, tablename name, attname name, null_frac float4, n_distinct float4",
    ),
    (
        STANDARD,
        "schemata",
        "catalog_name name, schema_name name, schema_owner name, \
         default_character_set_catalog name, default_character_set_schema name, \
         default_character_set_name name, sql_path text",
    ),
    (
        STANDARD,
        "tables",
        "table_catalog name, table_schema name, table_name name, table_type text, \
         self_referencing_column_name name, reference_generation text, \
         user_defined_type_catalog name, user_defined_type_schema name, \
         user_defined_type_name name, is_insertable_into text, is_typed text, commit_action text",
    ),
    (
        STANDARD,
        "columns",
        "table_catalog name, table_schema name, table_name name, column_name name, \
         ordinal_position int4, column_default text, is_nullable text, data_type text, \
         character_maximum_length int4, character_octet_length int4, numeric_precision int4, \
         numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, \
         interval_type text, character_set_name name, collation_name name, domain_name name, \
         udt_catalog name, udt_schema name, udt_name name, is_identity text, \
         identity_generation text, is_generated text, generation_expression text, \
         is_updatable text",
    ),
    (
        STANDARD,
        "views",
        "table_catalog name, table_schema name, table_name name, view_definition text, \
         check_option text, is_updatable text, is_insertable_into text",
    ),
    (
        STANDARD,
        "table_constraints",
        "constraint_catalog name, constraint_schema name, constraint_name name, \
         table_catalog name, table_schema name, table_name name, constraint_type text, \
         is_deferrable text, initially_deferred text, enforced text",
    ),
    (
        STANDARD,
        "key_column_usage",
        "constraint_catalog name, constraint_schema name, constraint_name name, \
         table_catalog name, table_schema name, table_name name, column_name name, \
         ordinal_position int4, position_in_unique_constraint int4",
    ),
    (
        STANDARD,
        "constraint_column_usage",
        "table_catalog name, table_schema name, table_name name, column_name name, \
         constraint_catalog name, constraint_schema name, constraint_name name",
    ),
    (
        STANDARD,
        "referential_constraints",
        "constraint_catalog name, constraint_schema name, constraint_name name, \
         unique_constraint_catalog name, unique_constraint_schema name, \
         unique_constraint_name name, match_option text, update_rule text, delete_rule text",
    ),
    (
        STANDARD,
        "table_privileges",
        "grantor name, grantee name, table_catalog name, table_schema name, table_name name, \
         privilege_type text, is_grantable text, with_hierarchy text",
    ),
    (
        STANDARD,
        "role_table_grants",
        "grantor name, grantee name, table_catalog name, table_schema name, table_name name, \
         privilege_type text, is_grantable text, with_hierarchy text",
    ),
    (
        STANDARD,
        "sequences",
        "sequence_catalog name, sequence_schema name, sequence_name name, data_type text",
    ),
    (
        STANDARD,
        "routines",
        "specific_catalog name, specific_schema name, specific_name name, routine_catalog name, \
         routine_schema name, routine_name name, routine_type text, data_type text",
    ),
    (STANDARD, "triggers", "trigger_catalog name, trigger_schema name, trigger_name name"),
    (STANDARD, "character_sets", "character_set_name name, default_collate_name name"),
    (STANDARD, "information_schema_catalog_name", "catalog_name name"),
];

/// The columns of a table with their types.
pub(super) fn columns(table: &Table) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.2.split(',').filter_map(|column| column.trim().split_once(' '))
}

/// The type of the columns of a name, wherever they are.
pub(super) fn kind_of_column(name: &str) -> Option<&'static str> {
    let mut all = TABLES.iter().flat_map(columns);
    all.find(|(column, _)| *column == name).map(|(_, kind)| kind)
}

/// Whether there is a table of a name that needs no schema before it.
pub(super) fn is_known(name: &str) -> bool {
    TABLES.iter().any(|(schema, table, _)| *schema == PG && *table == name)
}
