using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Tests;

public sealed class TextMessageTests
{
    [Theory]
    [InlineData("Rain today?")]
    [InlineData("\"quoted\" \\ Grüße 🌦 \0")]
    [InlineData("")]
    public void A_message_of_one_text_is_an_A2A_message(string text)
    {
        Assert.Equal("m1", Read(TextMessage.User(text, "m1")).Id);
        var json = JsonDocument.Parse(TextMessage.User(text, "m1")).RootElement;
        Assert.Equal("ROLE_USER", json.GetProperty("role").GetString());
        Assert.Equal(text, Assert.Single(json.GetProperty("parts").EnumerateArray()).GetProperty("text").GetString());
        Assert.Equal("ROLE_AGENT", JsonDocument.Parse(TextMessage.Agent(text)).RootElement.GetProperty("role").GetString());
    }

    [Fact]
    public void Each_message_has_an_id_of_its_own_unless_it_is_given_one() =>
        Assert.NotEqual(Read(TextMessage.User("a")).Id, Read(TextMessage.User("a")).Id);

    [Fact]
    public void Text_stays_readable() =>
        Assert.Equal("""{"artifactId":"ä","parts":[{"text":"Grüße"}]}""", Encoding.UTF8.GetString(ArtifactUpdate.Text("ä", "Grüße").Json.Span));

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => TextMessage.User("\ud83c"));
        Assert.ThrowsAny<ArgumentException>(() => ArtifactUpdate.Text("a", "\ud83c"));
    }

    private static CheckedMessage Read(ReadOnlyMemory<byte> message) => MessageReader.Read(message, "message", new TaskRules());
}
