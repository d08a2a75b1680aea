using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

public sealed class ConnectionStringTests
{
    [Fact]
    public void A_url_is_read_whole()
    {
        var read = PostgresConnectionString.Parse(
            "postgresql://us%40er:p%3Aa%2Fss%25@db.example:6543/my%20db?sslmode=verify-full"
            + "&application_name=x&connect_timeout=7&options=-c%20search_path%3Dapp");
        Assert.Equal(("us@er", "p:a/ss%", "db.example", 6543, "my db"), (read.Username, read.Password, read.Host, read.Port, read.Database));
        Assert.Equal((SslMode.VerifyFull, "x", 7, "-c search_path=app"), (read.SslMode, read.ApplicationName, read.Timeout, read.Options));
    }

    [Theory]
    [InlineData("postgres://localhost", "localhost", 5432, null)]
    [InlineData("POSTGRESQL://u@[::1]:5433/d", "::1", 5433, "d")]
    [InlineData("postgresql://u:p@ss@h/d", "h", 5432, "d")]
    [InlineData("Host=h;Port=1;Database=d;Username=u;Password=p", "h", 1, "d")]
    [InlineData("Server=h;User Id=u", "h", 5432, null)]
    [InlineData("Host=h; Port=1; Password=x", "h", 1, null)]
    [InlineData("Host=h;Username=a b;Password=x;Database=d", "h", 5432, "d")]
    [InlineData("postgresql+asyncpg://u:p@h:1/d", "h", 1, "d")]
    [InlineData("postgresql+psycopg2://u:p@h/d?ssl=require", "h", 5432, "d")]
    [InlineData("jdbc:postgresql://h:6432/d?user=u&password=p&ssl=true", "h", 6432, "d")]
    [InlineData("postgresql:///d?host=/run/postgresql&port=6432", "/run/postgresql", 6432, "d")]
    [InlineData("postgresql://%2Frun%2Fpostgresql/d?user=u", "/run/postgresql", 5432, "d")]
    [InlineData("postgresql://h/d?target_session_attrs=read-write&client_encoding=UTF8&sslsni=1", "h", 5432, "d")]
    [InlineData("host=h port=6432 user=u password='it\\'s; a = b' dbname=d connect_timeout=2", "h", 6432, "d")]
    [InlineData("host = h  dbname = d  password=a;b", "h", 5432, "d")]
    [InlineData("hostaddr=127.0.0.1 dbname=d", "127.0.0.1", 5432, "d")]
    [InlineData("host=/run/postgresql dbname=d", "/run/postgresql", 5432, "d")]
    public void Other_ways_to_say_it(string text, string host, int port, string? database)
    {
        var read = PostgresConnectionString.Parse(text);
        Assert.Equal((host, port, database), (read.Host, read.Port, read.Database));
    }

    [Fact]
    public void Parameters_of_libpq_have_their_names_in_Npgsql()
    {
        var read = PostgresConnectionString.Parse(
            "host=h user=u password='it\\'s; a = b' channel_binding=require connect_timeout=2 sslmode=verify-ca sslrootcert=/r sslcert=/c sslkey=/k "
                + "gssencmode=disable keepalives_idle=9");
        Assert.Equal(
            ("u", "it's; a = b", ChannelBinding.Require, 2, SslMode.VerifyCA),
            (read.Username, read.Password, read.ChannelBinding, read.Timeout, read.SslMode));
        Assert.Equal(
            ("/r", "/c", "/k", GssEncryptionMode.Disable, 9),
            (read.RootCertificate, read.SslCertificate, read.SslKey, read.GssEncryptionMode, read.TcpKeepAliveTime));
        var url = PostgresConnectionString.Parse("postgresql://h/d?user=us%40er&password=p%20w&channel_binding=require&connect_timeout=2");
        Assert.Equal(("us@er", "p w", ChannelBinding.Require, 2), (url.Username, url.Password, url.ChannelBinding, url.Timeout));
    }

    [Theory]
    [InlineData("postgresql://h/d?connect_timeout=2", null, 2, 30)]
    [InlineData("postgresql://h/d?connect_timeout=15", null, 15, 30)]
    [InlineData("Host=h;Timeout=3;Command Timeout=4", null, 3, 4)]
    [InlineData("postgresql://h/d?connect_timeout=2", 7, 7, 30)]
    [InlineData("postgresql://h/d", null, 60, 30)]
    public async Task How_long_to_wait_is_what_the_setting_says_then_the_string(string text, int? setting, int timeout, int commandTimeout)
    {
        var options = new PostgresStoreOptions { ConnectionString = text, Timeout = setting is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
        await using var database = new PostgresDatabase(options, NullLogger.Instance, TimeProvider.System);
        await using var connection = database.Source.CreateConnection();
        Assert.Equal((timeout, commandTimeout), (connection.ConnectionTimeout, connection.CommandTimeout));
    }

    [Theory]
    [InlineData("postgresql://u:hunter2@h/d?sslmod=require", "'sslmod'")]
    [InlineData("postgresql://u:hunter2@h/d?sslmode=hunter2", "sslmode")]
    [InlineData("postgresql://u:hunter2@h:port/d", "port")]
    [InlineData("postgresql://u:hunter2%zz@h/d", "'password'")]
    [InlineData("postgresql://u:hunter2@a,b/d", "more than one host")]
    [InlineData("postgresql://u:hunter2@/d", "no host")]
    [InlineData("mysql://u:hunter2@h/d", "neither")]
    [InlineData("postgres:/u:hunter2=x@h/d", "Npgsql")]
    [InlineData("Host=h;Passwort=hunter2", "'passwort'")]
    [InlineData("Host=h;Port=hunter2", "'port'")]
    [InlineData("", "no host")]
    [InlineData("host=127.0.0.1 port=5 user=app password=hunter2 dbnam=registry", "'dbnam'")]
    [InlineData("host=127.0.0.1 password=hun ter2 dbname=registry", "'='")]
    [InlineData("host=h,i password=hunter2", "more than one host")]
    [InlineData("host=h hostaddr=1.2.3.4 password=hunter2", "'hostaddr'")]
    [InlineData("host=h service=hunter2", "'service'")]
    [InlineData("Host=h Password=hunter2;Database=d", "'='")]
    [InlineData("Host=h;Username=app Password=hunter2;Database=d", "'='")]
    [InlineData("Host=h;Database=d Password=hunter2", "'='")]
    [InlineData("Host=h hunter2", "host")]
    [InlineData("postgresql://u:123/hunter2@h/d", "%2F")]
    [InlineData("postgresql://u:12?hunter2@h/d", "not shown")]
    [InlineData("postgresql://u:12?hunter=2@h/d", "not shown")]
    [InlineData("postgresql://u:hunter2@ho st/d", "host name")]
    [InlineData("postgresql://u:hunter2@h/d?tcp_user_timeout=5", "'tcp_user_timeout'")]
    [InlineData("postgresql://u:hunter2@h/d?pool_size=5", "'pool_size'")]
    [InlineData("postgresql://u:p@h/d?channel_binding=hunter2", "channel_binding")]
    [InlineData("postgresql://u:p@h/d?require_auth=hunter2", "require_auth")]
    public void What_is_wrong_is_named_and_no_password_shown(string text, string named)
    {
        var refusal = Assert.Throws<StoreStartException>(() => PostgresConnectionString.Parse(text));
        Assert.Contains(named, refusal.Message);
        Assert.Contains("DATABASE_URL", refusal.Message);
        Assert.DoesNotContain("hunter2", refusal.ToString());
    }
}
