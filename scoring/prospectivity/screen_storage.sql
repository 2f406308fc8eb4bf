-- in:     $key_id, $secret, $region, $endpoint, $url_style ('path' or 'vhost'), $use_ssl ('true' or 'false')
-- out:    nothing: addresses that begin with s3:// are read and written with these from now on
-- NULL:   none
CREATE OR REPLACE SECRET cells (
    TYPE s3,
    KEY_ID $key_id,
    SECRET $secret,
    REGION $region,
    ENDPOINT $endpoint,
    URL_STYLE $url_style,
    USE_SSL $use_ssl
)
