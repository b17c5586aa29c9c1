fn main(){ println!("{:?}", datafusion::DATAFUSION_VERSION); let _=rusqlite::version(); }
