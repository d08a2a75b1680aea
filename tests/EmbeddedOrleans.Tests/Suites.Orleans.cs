using EmbeddedOrleans.Tests.Support;

namespace EmbeddedOrleans.Tests;

public sealed class TurnsOnOneSilo(OneSilo engine) : Turns(engine);

public sealed class ActivationsOnOneSilo(OneSilo engine) : Activations(engine);

public sealed class StatesOnOneSilo(OneSilo engine) : States(engine);

public sealed class TimersOnOneSilo(OneSilo engine) : Timers(engine);

public sealed class ObserversOnOneSilo(OneSilo engine) : Observers(engine);

public sealed class TurnsOnTwoSilos(TwoSilos engine) : Turns(engine);

public sealed class ActivationsOnTwoSilos(TwoSilos engine) : Activations(engine);

public sealed class StatesOnTwoSilos(TwoSilos engine) : States(engine);

public sealed class TimersOnTwoSilos(TwoSilos engine) : Timers(engine);

public sealed class ObserversOnTwoSilos(TwoSilos engine) : Observers(engine);
