using Npgsql;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

public sealed class ConnectionStringTests
{
    [Fact]
    public void A_url_is_read_whole()
    {
        var read = PostgresConnectionString.Parse(
            "postgresql://us%40er:p%3Aa%2Fss%25@db.example:6543/my%20db?sslmode=verify-full&application_name=x&connect_timeout=7&options=-c%20search_path%3Dapp");
        Assert.Equal(("us@er", "p:a/ss%", "db.example", 6543, "my db"), (read.Username, read.Password, read.Host, read.Port, read.Database));
        Assert.Equal((SslMode.VerifyFull, "x", 7, "-c search_path=app"), (read.SslMode, read.ApplicationName, read.Timeout, read.Options));
    }

    [Theory]
    [InlineData("postgres://localhost", "localhost", 5432, null)]
    [InlineData("POSTGRESQL://u@[::1]:5433/d", "::1", 5433, "d")]
    [InlineData("postgresql://u:p@ss@h/d", "h", 5432, "d")]
    [InlineData("Host=h;Port=1;Database=d;Username=u;Password=p", "h", 1, "d")]
    [InlineData("Server=h;User Id=u", "h", 5432, null)]
    public void Other_ways_to_say_it(string text, string host, int port, string? database)
    {
        var read = PostgresConnectionString.Parse(text);
        Assert.Equal((host, port, database), (read.Host, read.Port, read.Database));
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
    public void What_is_wrong_is_named_and_no_password_shown(string text, string named)
    {
        var refusal = Assert.Throws<StoreStartException>(() => PostgresConnectionString.Parse(text));
        Assert.Contains(named, refusal.Message);
        Assert.Contains("DATABASE_URL", refusal.Message);
        Assert.DoesNotContain("hunter2", refusal.ToString());
    }
}
