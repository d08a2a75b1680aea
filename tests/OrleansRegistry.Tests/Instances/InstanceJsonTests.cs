using System.Text;

namespace OrleansRegistry.Tests.Instances;

/// <summary>Instances as they are stored.</summary>
public sealed class InstanceJsonTests
{
    private const string Stored = """
        {"enabled":true,"created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:00:00Z","instances":[
        {"name":"a","url":"http://a","weight":0.1,"registered_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:00:00Z","zone":"b",
        "registered_by":"bob"},
        {"name":"b","url":"http://b","weight":2,"version":"1","metadata":{"n": 1.50},"registered_at":"2026-03-01T12:00:00Z",
        "updated_at":"2026-03-01T12:00:00Z","lease":{"ttl":30,"ephemeral":true,"health":"unhealthy","since":"2026-03-01T12:00:00Z","x":1}}]}
        """;

    [Fact]
    public void They_are_read_and_written_back_with_what_a_newer_version_knows()
    {
        var agent = Read(Stored);
        Assert.Equal(["bob", null], agent.Instances.Select(one => one.RegisteredBy));
        Assert.Equal((0.1, 2.0, AgentHealth.Unhealthy), (agent.Instances[0].Weight, agent.Instances[1].Weight, agent.Health));
        var body = AgentKind.Write(agent);
        var fields = body.Fields.ToString();
        foreach (var kept in (string[])["\"zone\":\"b\"", "{\"n\": 1.50}", "\"x\":1", "\"weight\":0.1,"])
        {
            Assert.Contains(kept, fields, StringComparison.Ordinal);
        }

        Assert.Equal(agent.Instances, Read(fields).Instances);
    }

    [Theory]
    [InlineData("\"name\":\"b\"", "\"name\":\"a\"")]
    [InlineData("\"name\":\"a\"", "\"name\":\"c\"")]
    [InlineData("\"weight\":2", "\"weight\":\"2\"")]
    [InlineData("\"url\":\"http://a\",", "")]
    [InlineData("{\"n\": 1.50}", "[]")]
    public void What_is_none_makes_the_record_unreadable(string part, string other)
    {
        var refusal = Assert.Throws<RegistryException>(() => Read(Stored.Replace(part, other, StringComparison.Ordinal)));
        Assert.Equal(RegistryError.Unreadable, refusal.Error);
    }

    private static AgentRecord Read(string fields)
    {
        var body = new RecordBody(RawJson.FromValid("""{"name":"a"}"""u8), RawJson.FromValid(Encoding.UTF8.GetBytes(fields)));
        return AgentKind.Read(new StoredRecord(new RecordKey("t", "a"), 1, body));
    }
}
